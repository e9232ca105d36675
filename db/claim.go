package db

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"osusume/db/dialect"
	"osusume/internal/ids"
	"osusume/internal/queue"
)

// claimDeadline bounds a claim: a worker whose database is slow asks again instead of waiting.
const claimDeadline = 3 * time.Second

type claimedRow struct {
	ID          int64  `db:"id"`
	EventID     string `db:"event_id"`
	Subject     string `db:"subject"`
	Kind        string `db:"kind"`
	AtMS        int64  `db:"at_ms"`
	ReceivedMS  int64  `db:"received_ms"`
	Redelivered bool   `db:"redelivered"`
	MessageHash string `db:"message_hash"`
	OptOut      bool   `db:"opt_out"`
	KeyID       int64  `db:"key_id"`
	Payload     []byte `db:"payload"`
	Attempt     int    `db:"attempt"`
}

type leaseRow struct {
	Subject ids.Subject `db:"subject"`
	RowID   int64       `db:"row_id"`
	Attempt int         `db:"attempt"`
}

// Claim leases up to limit events (at most 1,000) until nowMS+leaseMS: of each person the oldest open one, unless
// another of theirs is held; opt-outs first, then the oldest. The lease table's key is the person, so the database itself
// keeps two claimers from one person. Losing a claim in a crash of the database only means claiming again.
func (s *Store) Claim(ctx context.Context, nowMS, leaseMS int64, limit int) ([]queue.Claimed, error) {
	var rows []claimedRow
	err := s.d.Do(ctx, dialect.Mode{Deadline: claimDeadline, Relaxed: true, Walk: true}, func(ctx context.Context, tx *dialect.Tx) error {
		rows = nil
		leases, err := s.takeLeases(ctx, tx, nowMS, nowMS+leaseMS, limit)
		if err != nil {
			return err
		}
		return tx.Select(ctx, &rows, `SELECT i.id, i.event_id, i.subject, i.kind, i.at_ms, i.received_ms, i.redelivered, i.message_hash,
				i.opt_out, i.key_id, i.payload, s.attempt
			FROM {set} JOIN inbox i ON i.id = s.row_id ORDER BY i.opt_out DESC, i.at_ms, i.id`,
			dialect.Rows(
				dialect.Int("row_id", dialect.Of(leases, func(l *leaseRow) int64 { return l.RowID })),
				dialect.Int("attempt", dialect.Of(leases, func(l *leaseRow) int { return l.Attempt }))))
	})
	if err != nil {
		return nil, fmt.Errorf("db: claim: %w", err)
	}
	out := make([]queue.Claimed, len(rows))
	for i, r := range rows {
		out[i] = queue.Claimed{
			ID: r.ID, EventID: ids.EventID(r.EventID), Subject: ids.Subject(r.Subject), Kind: r.Kind, AtMS: r.AtMS, ReceivedMS: r.ReceivedMS,
			Redelivered: r.Redelivered, MessageHash: r.MessageHash, OptOut: r.OptOut, KeyID: r.KeyID, Payload: r.Payload, Attempt: r.Attempt,
			LeaseUntilMS: nowMS + leaseMS,
		}
	}
	return out, nil
}

// takeLeases picks events and leases their persons. A claimer that saw the line as it was a moment ago finds the
// person's lease taken when it comes to insert its own, and leaves that person out. The limit stands in the text,
// because a planner that does not know it prepares for reading the whole line.
func (s *Store) takeLeases(ctx context.Context, tx *dialect.Tx, nowMS, untilMS int64, limit int) (leases []leaseRow, err error) {
	limit = max(1, min(limit, 1000))
	err = tx.Select(ctx, &leases, `INSERT INTO lease AS held (subject, row_id, owner, attempt, until_ms)
		SELECT pick.subject, pick.id, CAST($1 AS text), 1, CAST($2 AS bigint) FROM (
			SELECT i.id, i.subject FROM inbox i
			WHERE i.waiting = 1
				AND NOT EXISTS (SELECT 1 FROM lease l WHERE l.subject = i.subject AND l.row_id <> 0 AND l.until_ms > $3)
				AND NOT EXISTS (SELECT 1 FROM inbox e WHERE e.waiting > 0 AND e.subject = i.subject AND (e.at_ms, e.id) < (i.at_ms, i.id))
			ORDER BY i.opt_out DESC, i.at_ms, i.id LIMIT `+strconv.Itoa(limit)+` {skip locked}) AS pick
		WHERE true
		ON CONFLICT (subject) DO UPDATE SET row_id = excluded.row_id, owner = excluded.owner, until_ms = excluded.until_ms,
			attempt = CASE WHEN held.row_id = excluded.row_id THEN held.attempt + 1 ELSE 1 END
		WHERE held.row_id = 0 OR held.until_ms <= $3
		RETURNING subject, row_id, attempt`, s.owner, untilMS, nowMS)
	return leases, err
}

// lockLeases locks the leases and events that are still ours and gives them by row id.
func (s *Store) lockLeases(ctx context.Context, tx *dialect.Tx, rowIDs []int64) (map[int64]ids.Subject, error) {
	var held []leaseRow
	if err := tx.Select(ctx, &held, `SELECT l.subject, l.row_id, l.attempt FROM {set}
		JOIN inbox i ON i.id = s.row_id JOIN lease l ON l.subject = i.subject
		WHERE i.waiting = 1 AND l.row_id = i.id AND l.owner = $1 {for update}`, s.owner, dialect.Rows(dialect.Int("row_id", rowIDs))); err != nil {
		return nil, err
	}
	out := make(map[int64]ids.Subject, len(held))
	for _, l := range held {
		out[l.RowID] = l.Subject
	}
	return out, nil
}

// finish ends events whose leases this transaction has locked: nothing stays of them but the id that redeliveries are
// compared with, and the persons are free for their next event.
func finish(ctx context.Context, tx *dialect.Tx, nowMS int64, held map[int64]ids.Subject, rowIDs []int64, reason string) (int64, error) {
	set := dialect.Rows(dialect.Int("row_id", rowIDs), dialect.Text("subject", dialect.Of(rowIDs, func(id *int64) ids.Subject { return held[*id] })))
	n, err := tx.Exec(ctx, `UPDATE inbox SET waiting = 0, done_ms = CAST($1 AS bigint), reason = CAST($2 AS text), payload = NULL, subject = '',
			message_hash = ''
		FROM {set} WHERE inbox.id = s.row_id AND inbox.waiting = 1`, nowMS, reason, set)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `UPDATE lease SET row_id = 0, attempt = 0 FROM {set} WHERE lease.subject = s.subject AND lease.row_id = s.row_id`, set)
	return n, err
}

// GiveUp ends events that cannot be processed, so that a poisoned one does not loop. Events that are no longer ours are
// left to whoever holds them now.
func (s *Store) GiveUp(ctx context.Context, nowMS int64, rowIDs []int64, reason string) error {
	err := s.d.Do(ctx, dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
		held, err := s.lockLeases(ctx, tx, rowIDs)
		if err != nil {
			return err
		}
		ours := make([]int64, 0, len(held))
		for _, id := range rowIDs {
			if _, ok := held[id]; ok {
				ours = append(ours, id)
			}
		}
		_, err = finish(ctx, tx, nowMS, held, ours, reason)
		return err
	})
	if err != nil {
		return fmt.Errorf("db: give up: %w", err)
	}
	return nil
}

// Languages gives the stored language of the subjects that have one.
func (s *Store) Languages(ctx context.Context, subjects []ids.Subject) (map[ids.Subject]ids.Lang, error) {
	var rows []struct {
		Subject ids.Subject `db:"subject"`
		Lang    ids.Lang    `db:"lang"`
	}
	if err := s.d.Select(ctx, &rows, `SELECT p.subject, p.lang FROM {set} JOIN person p ON p.subject = s.subject WHERE p.lang <> ''`,
		dialect.Rows(dialect.Text("subject", subjects))); err != nil {
		return nil, fmt.Errorf("db: languages: %w", err)
	}
	out := make(map[ids.Subject]ids.Lang, len(rows))
	for _, r := range rows {
		out[r.Subject] = r.Lang
	}
	return out, nil
}

package db

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"osusume/db/dialect"
	"osusume/internal/ids"
	"osusume/internal/queue"
)

type outRow struct {
	ID         int64  `db:"id"`
	Subject    string `db:"subject"`
	EventID    string `db:"event_id"`
	Kind       uint8  `db:"kind"`
	KeyID      int64  `db:"key_id"`
	Body       []byte `db:"body"`
	RetryKey   string `db:"retry_key"`
	BornMS     int64  `db:"born_ms"`
	DeadlineMS int64  `db:"deadline_ms"`
	Attempt    int    `db:"attempt"`
	Doubtful   bool   `db:"doubtful"`
}

// ClaimOut leases up to limit queued messages (at most 1,000) that are due, oldest first. A message whose lease ran out
// was in the hands of a process that died: one attempt more counts as made, of unknown outcome.
func (s *Store) ClaimOut(ctx context.Context, nowMS, leaseMS int64, limit int) ([]queue.Out, error) {
	limit = max(1, min(limit, 1000))
	var rows []outRow
	err := s.d.Do(ctx, dialect.Mode{Deadline: claimDeadline, Walk: true}, func(ctx context.Context, tx *dialect.Tx) error {
		rows = nil
		return tx.Select(ctx, &rows, `UPDATE outbox SET due_ms = $1, attempt = attempt + leased,
				doubtful = CASE WHEN leased = 1 THEN 1 ELSE doubtful END, leased = 1
			WHERE id IN (SELECT o.id FROM outbox o WHERE o.state = 1 AND o.due_ms <= $2
				ORDER BY o.due_ms, o.id LIMIT `+strconv.Itoa(limit)+` {skip locked})
			RETURNING id, subject, event_id, kind, key_id, body, retry_key, born_ms, deadline_ms, attempt, doubtful`, nowMS+leaseMS, nowMS)
	})
	if err != nil {
		return nil, fmt.Errorf("db: claim out: %w", err)
	}
	slices.SortFunc(rows, func(a, b outRow) int { return cmp.Compare(a.ID, b.ID) })
	out := make([]queue.Out, len(rows))
	for i, r := range rows {
		out[i] = queue.Out{
			ID: r.ID, Subject: ids.Subject(r.Subject), EventID: ids.EventID(r.EventID), Kind: queue.OutKind(r.Kind), KeyID: r.KeyID, Body: r.Body,
			RetryKey: r.RetryKey, BornMS: r.BornMS, DeadlineMS: r.DeadlineMS, NextTryMS: nowMS, Attempt: r.Attempt, Doubtful: r.Doubtful,
		}
	}
	return out, nil
}

// Record writes the results of attempts in one transaction. A message that is final stays as it is; a plan for the next
// attempt counts only when it knows of all attempts so far. The body of a final message is removed, and a reply that LINE
// accepted no longer names the person.
func (s *Store) Record(ctx context.Context, _ int64, results []queue.Result) error {
	sorted := slices.Clone(results)
	slices.SortStableFunc(sorted, func(a, b queue.Result) int { return cmp.Compare(a.ID, b.ID) })
	numbers := func(name string, get func(*queue.Result) int64) dialect.Column {
		return dialect.Int(name, dialect.Of(sorted, get))
	}
	set := dialect.Rows(
		numbers("id", func(r *queue.Result) int64 { return r.ID }), numbers("state", func(r *queue.Result) int64 { return int64(r.State) }),
		numbers("attempt", func(r *queue.Result) int64 { return int64(r.Attempt) }),
		numbers("next_try_ms", func(r *queue.Result) int64 { return r.NextTryMS }),
		numbers("status", func(r *queue.Result) int64 { return int64(r.Status) }),
		dialect.Text("request_id", dialect.Of(sorted, func(r *queue.Result) string { return r.RequestID })),
		numbers("doubtful", func(r *queue.Result) int64 { return dialect.Truth(r.Doubtful) }),
		numbers("done_ms", func(r *queue.Result) int64 { return r.DoneMS }))
	err := s.d.Do(ctx, dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE outbox SET state = s.state, attempt = s.attempt, status = s.status, request_id = s.request_id,
				doubtful = s.doubtful, leased = 0,
				due_ms = CASE WHEN s.state = 1 THEN s.next_try_ms ELSE 0 END,
				done_ms = CASE WHEN s.state = 1 THEN 0 ELSE s.done_ms END,
				body = CASE WHEN s.state = 1 THEN outbox.body END,
				subject = CASE WHEN s.state = 2 AND outbox.kind = 1 THEN '' ELSE outbox.subject END
			FROM {set} WHERE outbox.id = s.id AND outbox.state = 1 AND (s.state <> 1 OR s.attempt > outbox.attempt)`, set)
		return err
	})
	if err != nil {
		return fmt.Errorf("db: record: %w", err)
	}
	return nil
}

// insertOut stores messages in their order and gives those that are due with their ids, leased until untilMS.
func insertOut(ctx context.Context, tx *dialect.Tx, nowMS, untilMS int64, outs []queue.Out) ([]queue.Out, error) {
	texts := func(name string, get func(*queue.Out) string) dialect.Column {
		return dialect.Text(name, dialect.Of(outs, get))
	}
	numbers := func(name string, get func(*queue.Out) int64) dialect.Column {
		return dialect.Int(name, dialect.Of(outs, get))
	}
	var given []int64
	if err := tx.Select(ctx, &given, `INSERT INTO outbox (subject, event_id, kind, key_id, body, retry_key, born_ms, deadline_ms, due_ms, leased,
			attempt, doubtful, state, status, request_id, done_ms)
		SELECT s.subject, s.event_id, s.kind, s.key_id, s.body, s.retry_key, s.born_ms, s.deadline_ms, s.due_ms, s.leased, s.attempt, s.doubtful,
			1, 0, '', 0 FROM {set} RETURNING id`,
		dialect.Rows(
			texts("subject", func(o *queue.Out) string { return string(o.Subject) }), texts("event_id", func(o *queue.Out) string { return string(o.EventID) }),
			numbers("kind", func(o *queue.Out) int64 { return int64(o.Kind) }), numbers("key_id", func(o *queue.Out) int64 { return o.KeyID }),
			dialect.Blob("body", dialect.Of(outs, func(o *queue.Out) []byte { return o.Body })),
			texts("retry_key", func(o *queue.Out) string { return o.RetryKey }),
			numbers("born_ms", func(o *queue.Out) int64 { return o.BornMS }), numbers("deadline_ms", func(o *queue.Out) int64 { return o.DeadlineMS }),
			numbers("due_ms", func(o *queue.Out) int64 {
				if o.NextTryMS > nowMS {
					return o.NextTryMS
				}
				return untilMS
			}),
			numbers("leased", func(o *queue.Out) int64 { return dialect.Truth(o.NextTryMS <= nowMS) }),
			numbers("attempt", func(o *queue.Out) int64 { return int64(o.Attempt) }),
			numbers("doubtful", func(o *queue.Out) int64 { return dialect.Truth(o.Doubtful) }),
		)); err != nil {
		return nil, err
	}
	if len(given) != len(outs) {
		return nil, fmt.Errorf("%d messages got %d ids", len(outs), len(given))
	}
	slices.Sort(given) // rows are numbered in the order of the set
	due := make([]queue.Out, 0, len(outs))
	for i, o := range outs {
		o.ID = given[i]
		if o.NextTryMS <= nowMS {
			due = append(due, o)
		}
	}
	return due, nil
}

package db

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"osusume/db/consent"
	"osusume/db/dialect"
	"osusume/internal/ids"
	"osusume/internal/queue"
)

// intakeChunk bounds the events of one statement; the ids of a statement come from one block of the sequence, which is
// larger than that.
const intakeChunk = 5000

// Append stores everything of the intake in one durable transaction and gives the number of events that were new.
// Events whose id is known are ignored. Unsends blank waiting payloads and remove retained words, and are remembered for
// messages still to come. Withdrawals go to the ledger.
func (s *Store) Append(ctx context.Context, in queue.Intake) (stored int, err error) {
	err = s.d.Do(ctx, dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
		stored = 0
		if err := rememberUnsent(ctx, tx, in.Unsends); err != nil {
			return err
		}
		for part := range slices.Chunk(in.Events, intakeChunk) {
			n, err := insertEvents(ctx, tx, part)
			if err != nil {
				return err
			}
			stored += int(n)
		}
		if err := forgetWords(ctx, tx, in.Unsends); err != nil {
			return err
		}
		if err := consent.Append(ctx, tx, in.Withdrawals); err != nil {
			return err
		}
		return insertBad(ctx, tx, in.Bad)
	})
	if err != nil {
		return 0, fmt.Errorf("db: append: %w", err)
	}
	return stored, nil
}

// insertEvents gives ids in the order of arrival, but inserts in the order of event ids: two processes that store the
// same redelivered events in different orders would otherwise wait for each other.
func insertEvents(ctx context.Context, tx *dialect.Tx, events []queue.In) (int64, error) {
	places := make([]int, len(events))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(events[a].EventID, events[b].EventID) })
	sorted := make([]queue.In, len(events))
	for i, place := range places {
		sorted[i] = events[place]
		places[i] = place + 1
	}
	texts := func(name string, get func(*queue.In) string) dialect.Column {
		return dialect.Text(name, dialect.Of(sorted, get))
	}
	numbers := func(name string, get func(*queue.In) int64) dialect.Column {
		return dialect.Int(name, dialect.Of(sorted, get))
	}
	return tx.Exec(ctx, `WITH base AS `+tx.Kind().Pick(
		`MATERIALIZED (SELECT nextval('inbox_block') AS id)`,
		`(SELECT coalesce(max(q.seq), 0) AS id FROM sqlite_sequence q WHERE q.name = 'inbox')`)+`
		INSERT INTO inbox (id, event_id, subject, kind, at_ms, received_ms, redelivered, message_hash, opt_out, key_id, payload,
			waiting, done_ms, reason)
		SELECT base.id + s.place, s.event_id, s.subject, s.kind, s.at_ms, s.received_ms, s.redelivered, s.message_hash, s.opt_out, s.key_id,
			CASE WHEN s.message_hash <> '' AND EXISTS (SELECT 1 FROM unsent u WHERE u.message_hash = s.message_hash) THEN NULL ELSE s.payload END,
			1, 0, ''
		FROM base CROSS JOIN {set} WHERE true ON CONFLICT (event_id) DO NOTHING`,
		dialect.Rows(
			dialect.Int("place", places), texts("event_id", func(e *queue.In) string { return string(e.EventID) }),
			texts("subject", func(e *queue.In) string { return string(e.Subject) }), texts("kind", func(e *queue.In) string { return e.Kind }),
			numbers("at_ms", func(e *queue.In) int64 { return e.AtMS }), numbers("received_ms", func(e *queue.In) int64 { return e.ReceivedMS }),
			numbers("redelivered", func(e *queue.In) int64 { return dialect.Truth(e.Redelivered) }),
			texts("message_hash", func(e *queue.In) string { return e.MessageHash }),
			numbers("opt_out", func(e *queue.In) int64 { return dialect.Truth(e.OptOut) }),
			numbers("key_id", func(e *queue.In) int64 { return e.KeyID }),
			dialect.Blob("payload", dialect.Of(sorted, func(e *queue.In) []byte { return e.Payload })),
		))
}

func unsendSet(unsends []queue.Unsend) dialect.Set {
	sorted := slices.Clone(unsends)
	slices.SortFunc(sorted, func(a, b queue.Unsend) int { return cmp.Compare(a.MessageHash, b.MessageHash) })
	sorted = slices.CompactFunc(sorted, func(a, b queue.Unsend) bool { return a.MessageHash == b.MessageHash })
	return dialect.Rows(
		dialect.Text("message_hash", dialect.Of(sorted, func(u *queue.Unsend) string { return u.MessageHash })),
		dialect.Text("subject", dialect.Of(sorted, func(u *queue.Unsend) ids.Subject { return u.Subject })),
		dialect.Int("at_ms", dialect.Of(sorted, func(u *queue.Unsend) int64 { return u.AtMS })))
}

func rememberUnsent(ctx context.Context, tx *dialect.Tx, unsends []queue.Unsend) error {
	_, err := tx.Exec(ctx, `INSERT INTO unsent (message_hash, subject, at_ms) SELECT s.message_hash, s.subject, s.at_ms FROM {set}
		WHERE true ON CONFLICT DO NOTHING`, unsendSet(unsends))
	return err
}

func forgetWords(ctx context.Context, tx *dialect.Tx, unsends []queue.Unsend) error {
	set := unsendSet(unsends)
	if _, err := tx.Exec(ctx, `UPDATE inbox SET payload = NULL FROM {set}
		WHERE inbox.waiting > 0 AND inbox.subject = s.subject AND inbox.message_hash = s.message_hash`, set); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM words WHERE message_hash IN (SELECT s.message_hash FROM {set})`, set)
	return err
}

func insertBad(ctx context.Context, tx *dialect.Tx, bad []queue.Bad) error {
	_, err := tx.Exec(ctx, `INSERT INTO inbox_bad (event_id, received_ms, reason) SELECT s.event_id, s.received_ms, s.reason FROM {set}`,
		dialect.Rows(
			dialect.Text("event_id", dialect.Of(bad, func(b *queue.Bad) ids.EventID { return b.EventID })),
			dialect.Int("received_ms", dialect.Of(bad, func(b *queue.Bad) int64 { return b.ReceivedMS })),
			dialect.Text("reason", dialect.Of(bad, func(b *queue.Bad) string { return b.Reason }))))
	return err
}

package db

import (
	"context"
	"fmt"

	"osusume/db/consent"
	"osusume/db/dialect"
)

const dayMS = 24 * 60 * 60 * 1000

// Retention says until when each kind of row is kept, as the UTC millisecond before which it goes. It is the one place
// that declares it; consent proof is not in it, since it outlives the relation.
type Retention struct {
	InboxMS    int64 // ids of events that are done, kept to recognise redeliveries
	KeysMS     int64 // inbox keys: what is sealed under them becomes unreadable, in backups too
	WordsMS    int64 // retained texts of customers
	ShownMS    int64 // offers shown and answers to them
	OutboxMS   int64 // final messages, which have no body any more
	BadMS      int64 // reasons of events that were set aside
	UnsentMS   int64 // hashes of unsent messages
	AsksMS     int64 // notices' buttons that expired
	CasesMS    int64 // closed cases
	LeasesMS   int64 // persons for whom nobody works
	MarksMS    int64 // marks that have run out
	BatchLimit int   // rows removed from one table at a time
}

// DefaultRetention gives the limits that the privacy page promises.
func DefaultRetention(nowMS int64) Retention {
	return Retention{
		InboxMS: nowMS - 30*dayMS, KeysMS: nowMS - 8*dayMS, WordsMS: nowMS - 30*dayMS, ShownMS: nowMS - 180*dayMS, OutboxMS: nowMS - 30*dayMS,
		BadMS: nowMS - 30*dayMS, UnsentMS: nowMS - 60*dayMS, AsksMS: nowMS - 30*dayMS, CasesMS: nowMS - 180*dayMS, LeasesMS: nowMS - dayMS,
		MarksMS: nowMS, BatchLimit: 1000,
	}
}

// purges are statements with the time as $1 that remove at most the limit ($2) of rows. Tables without an index on
// their age are read from their oldest end only.
var purges = []struct {
	text string
	at   func(*Retention) int64
}{
	{`DELETE FROM inbox WHERE id IN (SELECT x.id FROM (SELECT i.id, i.received_ms, i.waiting FROM inbox i ORDER BY i.id LIMIT CAST($2 AS bigint)) AS x
		WHERE x.received_ms < $1 AND x.waiting = 0)`, func(r *Retention) int64 { return r.InboxMS }},
	{`DELETE FROM outbox WHERE id IN (SELECT x.id FROM (SELECT o.id, o.born_ms, o.state FROM outbox o ORDER BY o.id LIMIT CAST($2 AS bigint)) AS x
		WHERE x.born_ms < $1 AND x.state <> 1)`, func(r *Retention) int64 { return r.OutboxMS }},
	{`DELETE FROM inbox_bad WHERE id IN (SELECT x.id FROM (SELECT b.id, b.received_ms FROM inbox_bad b ORDER BY b.id LIMIT CAST($2 AS bigint)) AS x
		WHERE x.received_ms < $1)`, func(r *Retention) int64 { return r.BadMS }},
	{`DELETE FROM words WHERE message_hash IN (SELECT w.message_hash FROM words w WHERE w.at_ms < $1 ORDER BY w.at_ms LIMIT CAST($2 AS bigint))`,
		func(r *Retention) int64 { return r.WordsMS }},
	{`DELETE FROM unsent WHERE message_hash IN (SELECT u.message_hash FROM unsent u WHERE u.at_ms < $1 ORDER BY u.at_ms LIMIT CAST($2 AS bigint))`,
		func(r *Retention) int64 { return r.UnsentMS }},
	{`DELETE FROM shown WHERE offer_id IN (SELECT h.offer_id FROM shown h WHERE h.at_ms < $1 ORDER BY h.at_ms LIMIT CAST($2 AS bigint))`,
		func(r *Retention) int64 { return r.ShownMS }},
	{`DELETE FROM answer WHERE (subject, offer_id, at_ms) IN (SELECT a.subject, a.offer_id, a.at_ms FROM answer a WHERE a.at_ms < $1
		ORDER BY a.at_ms LIMIT CAST($2 AS bigint))`, func(r *Retention) int64 { return r.ShownMS }},
	{`DELETE FROM staff_case WHERE id IN (SELECT k.id FROM staff_case k WHERE k.closed_ms > 0 AND k.closed_ms < $1 LIMIT CAST($2 AS bigint))`,
		func(r *Retention) int64 { return r.CasesMS }},
	{`DELETE FROM mark WHERE (subject, kind, on_plan, value) IN (SELECT m.subject, m.kind, m.on_plan, m.value FROM mark m
		WHERE m.until_ms > 0 AND m.until_ms < $1 LIMIT CAST($2 AS bigint))`, func(r *Retention) int64 { return r.MarksMS }},
	{`DELETE FROM lease WHERE subject IN (SELECT l.subject FROM lease l WHERE l.row_id = 0 AND l.until_ms < $1 LIMIT CAST($2 AS bigint)) AND row_id = 0`,
		func(r *Retention) int64 { return r.LeasesMS }},
	// The newest key stays whatever its age: intake may be sealing under it now.
	{`DELETE FROM inbox_key WHERE created_ms < $1 AND id < (SELECT max(k.id) FROM inbox_key k) AND CAST($2 AS bigint) > 0`,
		func(r *Retention) int64 { return r.KeysMS }},
}

// PurgeBefore removes one bounded batch of what is older than its limit from every table, a short transaction each, and
// gives the number of rows that went. More may be left while it is not 0. Retained words that were unsent go as well,
// whatever their age.
func (s *Store) PurgeBefore(ctx context.Context, r Retention) (removed int64, err error) {
	if r.BatchLimit <= 0 {
		r.BatchLimit = 1000
	}
	for _, p := range purges {
		err := s.d.Do(ctx, dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
			n, err := tx.Exec(ctx, p.text, p.at(&r), r.BatchLimit)
			removed += n
			return err
		})
		if err != nil {
			return removed, fmt.Errorf("db: purge: %w", err)
		}
	}
	err = s.d.Do(ctx, dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM words WHERE message_hash IN (SELECT u.message_hash FROM unsent u)`)
		if err != nil {
			return err
		}
		removed += n
		n, err = consent.DropAsks(ctx, tx, r.AsksMS)
		removed += n
		return err
	})
	if err != nil {
		return removed, fmt.Errorf("db: purge: %w", err)
	}
	s.keys.forget()
	return removed, nil
}

// Backlog is what waits, for readiness and metrics. Counts stop at CountLimit.
type Backlog struct {
	Waiting        int64 `db:"waiting"`           // events not yet answered
	OldestMS       int64 `db:"oldest_ms"`         // when the oldest of them was received, 0 when none waits
	OldestOptOutMS int64 `db:"oldest_opt_out_ms"` // the same among opt-outs
	Queued         int64 `db:"queued"`            // messages to send
	OldestQueuedMS int64 `db:"oldest_queued_ms"`
}

// CountLimit is where the counts of a Backlog stop, so that asking stays cheap in a long line.
const CountLimit = 10_000

// Backlog asks what waits.
func (s *Store) Backlog(ctx context.Context) (Backlog, error) {
	var b Backlog
	err := s.d.Get(ctx, &b, `SELECT
		(SELECT count(*) FROM (SELECT 1 AS one FROM inbox WHERE waiting = 1 LIMIT 10000) AS a) AS waiting,
		(SELECT coalesce(min(x.received_ms), 0) FROM (SELECT received_ms FROM inbox WHERE waiting = 1 ORDER BY opt_out DESC, at_ms, id LIMIT 10000) AS x) AS oldest_ms,
		(SELECT coalesce(min(y.received_ms), 0) FROM (SELECT received_ms FROM inbox WHERE waiting = 1 AND opt_out = 1 ORDER BY at_ms, id LIMIT 10000) AS y) AS oldest_opt_out_ms,
		(SELECT count(*) FROM (SELECT 1 AS one FROM outbox WHERE state = 1 LIMIT 10000) AS b) AS queued,
		(SELECT coalesce(min(z.born_ms), 0) FROM (SELECT born_ms FROM outbox WHERE state = 1 ORDER BY due_ms, id LIMIT 10000) AS z) AS oldest_queued_ms`)
	if err != nil {
		return Backlog{}, fmt.Errorf("db: backlog: %w", err)
	}
	return b, nil
}

package db

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"osusume/db/consent"
	"osusume/db/dialect"
	"osusume/db/purchase"
	"osusume/dialog"
	"osusume/internal/fault"
	"osusume/internal/ids"
	"osusume/internal/queue"
	"osusume/internal/turn"
	"osusume/offers"

	ledger "osusume/internal/consent"
)

// writer writes the outcomes of one batch, a statement or two a table.
type writer struct {
	tx       *dialect.Tx
	nowMS    int64
	outcomes []turn.Outcome
}

// of is one item with the outcome it belongs to.
type of[T any] struct {
	*turn.Outcome
	item T
}

// every collects the items of all outcomes.
func every[T any](outcomes []turn.Outcome, get func(*turn.Outcome) []T) []of[T] {
	var out []of[T]
	for i := range outcomes {
		for _, item := range get(&outcomes[i]) {
			out = append(out, of[T]{&outcomes[i], item})
		}
	}
	return out
}

// last keeps the last of those with the same key: Postgres refuses to upsert one row twice in a statement.
func last[T any, K comparable](items []T, key func(*T) K) []T {
	place := make(map[K]int, len(items))
	out := make([]T, 0, len(items))
	for i := range items {
		k := key(&items[i])
		if n, seen := place[k]; seen {
			out[n] = items[i]
			continue
		}
		place[k] = len(out)
		out = append(out, items[i])
	}
	return out
}

func optional[T any](item *T) []T {
	if item == nil {
		return nil
	}
	return []T{*item}
}

func (w *writer) write(ctx context.Context, held map[int64]ids.Subject, needs []turn.Need, persons []turn.Person) error {
	done := dialect.Of(w.outcomes, func(o *turn.Outcome) int64 { return o.RowID })
	n, err := finish(ctx, w.tx, w.nowMS, held, done, "")
	if err != nil {
		return err
	}
	if n != int64(len(done)) {
		return fault.Newf(fault.Lost, "inbox", "%d of %d events were open", n, len(done))
	}
	for _, step := range []func(context.Context) error{
		w.persons, w.blocked, w.conversations, w.ledger, w.shown, w.answers, w.marks, w.words, w.cases,
		func(ctx context.Context) error { return dropUnsentWords(ctx, w.tx, needs, persons) }, w.erase,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) outs() []queue.Out {
	return dialect.Of(every(w.outcomes, func(o *turn.Outcome) []queue.Out { return o.Out }), func(o *of[queue.Out]) queue.Out {
		if o.item.Subject == "" {
			o.item.Subject = o.Subject
		}
		return o.item
	})
}

func (w *writer) persons(ctx context.Context) error {
	type person = of[turn.NewPerson]
	all := every(w.outcomes, func(o *turn.Outcome) []turn.NewPerson { return optional(o.Person) })
	_, err := w.tx.Exec(ctx, `INSERT INTO person AS held (subject, wrapped_key, line_id, lang, blocked, born_ms, changed_ms)
		SELECT s.subject, s.wrapped_key, s.line_id, s.lang, 0, CAST($1 AS bigint), CAST($1 AS bigint) FROM {set} WHERE true
		ON CONFLICT (subject) DO UPDATE SET line_id = coalesce(excluded.line_id, held.line_id), changed_ms = excluded.changed_ms,
			lang = CASE WHEN excluded.lang <> '' THEN excluded.lang ELSE held.lang END`, w.nowMS,
		dialect.Rows(
			dialect.Text("subject", dialect.Of(all, func(p *person) ids.Subject { return p.Subject })),
			dialect.Blob("wrapped_key", dialect.Of(all, func(p *person) []byte {
				if p.item.WrappedKey == nil {
					return []byte{} // the row exists and keeps its own; NULL would be refused before that is seen
				}
				return p.item.WrappedKey
			})),
			dialect.Blob("line_id", dialect.Of(all, func(p *person) []byte { return p.item.LineID })),
			dialect.Text("lang", dialect.Of(all, func(p *person) ids.Lang { return p.item.Lang }))))
	return err
}

func (w *writer) blocked(ctx context.Context) error {
	type block = of[bool]
	all := every(w.outcomes, func(o *turn.Outcome) []bool { return optional(o.SetBlocked) })
	_, err := w.tx.Exec(ctx, `UPDATE person SET blocked = s.blocked, changed_ms = $1 FROM {set} WHERE person.subject = s.subject`, w.nowMS,
		dialect.Rows(
			dialect.Text("subject", dialect.Of(all, func(b *block) ids.Subject { return b.Subject })),
			dialect.Bool("blocked", dialect.Of(all, func(b *block) bool { return b.item }))))
	return err
}

func (w *writer) conversations(ctx context.Context) error {
	type conversation = of[turn.Conversation]
	all := every(w.outcomes, func(o *turn.Outcome) []turn.Conversation { return optional(o.Conversation) })
	shown := make([]string, len(all))
	for i := range all {
		if len(all[i].item.ShownSKUs) == 0 {
			continue
		}
		text, err := json.Marshal(all[i].item.ShownSKUs)
		if err != nil {
			return fmt.Errorf("what was shown: %w", err)
		}
		shown[i] = string(text)
	}
	texts := func(name string, get func(*conversation) string) dialect.Column {
		return dialect.Text(name, dialect.Of(all, get))
	}
	numbers := func(name string, get func(*conversation) int64) dialect.Column {
		return dialect.Int(name, dialect.Of(all, get))
	}
	n, err := w.tx.Exec(ctx, `INSERT INTO conversation AS held (subject, version, state, last_batch, shown_skus, topic, pending, erase_hash, erase_ms, changed_ms)
		SELECT s.subject, s.version + 1, s.state, s.last_batch, s.shown_skus, s.topic, s.pending, s.erase_hash, s.erase_ms, CAST($1 AS bigint) FROM {set}
		WHERE s.version = 0 OR EXISTS (SELECT 1 FROM conversation c WHERE c.subject = s.subject AND c.version = s.version)
		ON CONFLICT (subject) DO UPDATE SET version = excluded.version, state = excluded.state, last_batch = excluded.last_batch,
			shown_skus = excluded.shown_skus, topic = excluded.topic, pending = excluded.pending, erase_hash = excluded.erase_hash,
			erase_ms = excluded.erase_ms, changed_ms = excluded.changed_ms
		WHERE held.version = excluded.version - 1`, w.nowMS,
		dialect.Rows(
			texts("subject", func(c *conversation) string { return string(c.Subject) }),
			numbers("version", func(c *conversation) int64 { return c.item.Version }),
			numbers("state", func(c *conversation) int64 { return int64(c.item.State) }),
			texts("last_batch", func(c *conversation) string { return c.item.LastBatch }), dialect.Text("shown_skus", shown),
			texts("topic", func(c *conversation) string { return c.item.Topic }),
			texts("pending", func(c *conversation) string { return string(c.item.Pending) }),
			texts("erase_hash", func(c *conversation) string { return c.item.EraseHash }),
			numbers("erase_ms", func(c *conversation) int64 { return c.item.EraseMS })))
	if err != nil {
		return err
	}
	if n != int64(len(all)) {
		return fault.Newf(fault.Lost, "conversations", "%d of %d were as they had been read", n, len(all))
	}
	return nil
}

func (w *writer) ledger(ctx context.Context) error {
	var events []ledger.Event
	var asks []ledger.Ask
	var used []string
	var notices []consent.Notice
	for _, o := range w.outcomes {
		events, asks, used = append(events, o.Ledger...), append(asks, o.Asks...), append(used, o.UsedAsks...)
		for _, n := range o.Notices {
			notices = append(notices, consent.Notice{SHA256: n.SHA256, Version: n.Version, Lang: n.Lang, Body: n.Bytes})
		}
	}
	if err := consent.UseAsks(ctx, w.tx, w.nowMS, used); err != nil {
		return err
	}
	if err := consent.Append(ctx, w.tx, events); err != nil {
		return err
	}
	if err := consent.AddNotices(ctx, w.tx, notices); err != nil {
		return err
	}
	return consent.AddAsks(ctx, w.tx, asks)
}

func (w *writer) shown(ctx context.Context) error {
	all := every(w.outcomes, func(o *turn.Outcome) []turn.Shown { return o.Shown })
	type shown = of[turn.Shown]
	bodies := make([]string, len(all))
	for i := range all {
		text, err := json.Marshal(&all[i].item.Offer)
		if err != nil {
			return fmt.Errorf("an offer to show: %w", err)
		}
		bodies[i] = string(text)
	}
	texts := func(name string, get func(*shown) string) dialect.Column {
		return dialect.Text(name, dialect.Of(all, get))
	}
	_, err := w.tx.Exec(ctx, `INSERT INTO shown (offer_id, subject, batch, place, at_ms, general, strategy, sku, plan, score, propensity, offer)
		SELECT s.offer_id, s.subject, s.batch, s.place, s.at_ms, s.general, s.strategy, s.sku, s.plan, s.score, s.propensity, s.offer FROM {set}`,
		dialect.Rows(
			texts("offer_id", func(h *shown) string { return string(h.item.Offer.ID) }),
			texts("subject", func(h *shown) string { return string(h.Subject) }), texts("batch", func(h *shown) string { return h.item.Batch }),
			dialect.Int("place", dialect.Of(all, func(h *shown) int { return h.item.Rank })),
			dialect.Int("at_ms", dialect.Of(all, func(h *shown) int64 { return h.item.AtMS })),
			dialect.Bool("general", dialect.Of(all, func(h *shown) bool { return h.item.General })),
			texts("strategy", func(h *shown) string { return string(h.item.Offer.Strategy) }),
			texts("sku", func(h *shown) string { return string(h.item.Offer.SKU) }), texts("plan", func(h *shown) string { return string(h.item.Offer.Plan) }),
			dialect.Float("score", dialect.Of(all, func(h *shown) float64 { return h.item.Offer.Score })),
			dialect.Float("propensity", dialect.Of(all, func(h *shown) float64 { return h.item.Offer.Propensity })), dialect.Text("offer", bodies)))
	return err
}

func (w *writer) answers(ctx context.Context) error {
	type answer = of[turn.Answer]
	all := last(every(w.outcomes, func(o *turn.Outcome) []turn.Answer { return o.Answers }), func(a *answer) [2]string {
		return [2]string{string(a.Subject), fmt.Sprint(a.item.Offer, "\n", a.item.AtMS)}
	})
	_, err := w.tx.Exec(ctx, `INSERT INTO answer (subject, offer_id, at_ms, accepted, reason) SELECT s.subject, s.offer_id, s.at_ms, s.accepted, s.reason
		FROM {set} WHERE true ON CONFLICT (subject, offer_id, at_ms) DO UPDATE SET accepted = excluded.accepted, reason = excluded.reason`,
		dialect.Rows(
			dialect.Text("subject", dialect.Of(all, func(a *answer) ids.Subject { return a.Subject })),
			dialect.Text("offer_id", dialect.Of(all, func(a *answer) ids.OfferID { return a.item.Offer })),
			dialect.Int("at_ms", dialect.Of(all, func(a *answer) int64 { return a.item.AtMS })),
			dialect.Bool("accepted", dialect.Of(all, func(a *answer) bool { return a.item.Accepted })),
			dialect.Text("reason", dialect.Of(all, func(a *answer) dialog.DeclineReason { return a.item.Reason }))))
	return err
}

func (w *writer) marks(ctx context.Context) error {
	type mark = of[offers.Mark]
	onPlan := func(m *mark) bool { return m.item.Value == dialog.FactPlanUse }
	value := func(m *mark) string {
		if onPlan(m) {
			return planUse
		}
		return m.item.Value
	}
	all := last(every(w.outcomes, func(o *turn.Outcome) []offers.Mark { return o.Marks }), func(m *mark) [3]string {
		return [3]string{string(m.Subject), string(m.item.Kind), m.item.Value}
	})
	_, err := w.tx.Exec(ctx, `INSERT INTO mark (subject, kind, on_plan, value, amount, until_ms, at_ms)
		SELECT s.subject, s.kind, s.on_plan, s.value, s.amount, s.until_ms, CAST($1 AS bigint) FROM {set} WHERE true
		ON CONFLICT (subject, kind, on_plan, value) DO UPDATE SET amount = excluded.amount, until_ms = excluded.until_ms, at_ms = excluded.at_ms`,
		w.nowMS, dialect.Rows(
			dialect.Text("subject", dialect.Of(all, func(m *mark) ids.Subject { return m.Subject })),
			dialect.Text("kind", dialect.Of(all, func(m *mark) offers.MarkKind { return m.item.Kind })),
			dialect.Bool("on_plan", dialect.Of(all, onPlan)), dialect.Text("value", dialect.Of(all, value)),
			dialect.Int("amount", dialect.Of(all, func(m *mark) ids.Yen { return m.item.Amount })),
			dialect.Int("until_ms", dialect.Of(all, func(m *mark) int64 { return m.item.UntilMS }))))
	return err
}

// words keeps texts, except those that were unsent before.
func (w *writer) words(ctx context.Context) error {
	type words = of[turn.Words]
	all := last(every(w.outcomes, func(o *turn.Outcome) []turn.Words { return optional(o.Words) }), func(t *words) string { return t.item.MessageHash })
	_, err := w.tx.Exec(ctx, `INSERT INTO words (message_hash, subject, at_ms, sealed) SELECT s.message_hash, s.subject, s.at_ms, s.sealed FROM {set}
		WHERE NOT EXISTS (SELECT 1 FROM unsent u WHERE u.message_hash = s.message_hash)
		ON CONFLICT (message_hash) DO UPDATE SET at_ms = excluded.at_ms, sealed = excluded.sealed`,
		dialect.Rows(
			dialect.Text("message_hash", dialect.Of(all, func(t *words) string { return t.item.MessageHash })),
			dialect.Text("subject", dialect.Of(all, func(t *words) ids.Subject { return t.Subject })),
			dialect.Int("at_ms", dialect.Of(all, func(t *words) int64 { return t.item.AtMS })),
			dialect.Blob("sealed", dialect.Of(all, func(t *words) []byte { return t.item.Sealed }))))
	return err
}

// dropUnsentWords removes the words of messages that these events name and that were unsent. A message and its unsend
// may have been stored so close together that neither saw the other; the unsend's own turn comes after the message's.
func dropUnsentWords(ctx context.Context, tx *dialect.Tx, needs []turn.Need, persons []turn.Person) error {
	var hashes []string
	for i, p := range persons {
		if p.Unsent {
			hashes = append(hashes, needs[i].MessageHash)
		}
	}
	_, err := tx.Exec(ctx, `DELETE FROM words WHERE message_hash IN (SELECT s.message_hash FROM {set})`,
		dialect.Rows(dialect.Text("message_hash", hashes)))
	return err
}

func (w *writer) cases(ctx context.Context) error {
	open := slices.DeleteFunc(slices.Clone(w.outcomes), func(o turn.Outcome) bool { return o.Case == "" })
	_, err := w.tx.Exec(ctx, `INSERT INTO staff_case (subject, kind, event_id, opened_ms, closed_ms) SELECT s.subject, s.kind, s.event_id, CAST($1 AS bigint), 0
		FROM {set} WHERE true ON CONFLICT DO NOTHING`, w.nowMS, dialect.Rows(
		dialect.Text("subject", dialect.Of(open, func(o *turn.Outcome) ids.Subject { return o.Subject })),
		dialect.Text("kind", dialect.Of(open, func(o *turn.Outcome) turn.CaseKind { return o.Case })),
		dialect.Text("event_id", dialect.Of(open, func(o *turn.Outcome) ids.EventID { return o.EventID }))))
	return err
}

// erase removes everything of persons: here, in db/consent (which leaves the tombstone) and in db/purchase. Their other
// messages are suppressed; the receipt is stored afterwards.
func (w *writer) erase(ctx context.Context) error {
	var gone []ids.Subject
	for _, o := range w.outcomes {
		if o.Erase {
			gone = append(gone, o.Subject)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	set := dialect.Rows(dialect.Text("subject", gone))
	for _, statement := range []string{
		`DELETE FROM person WHERE subject IN (SELECT s.subject FROM {set})`,
		`DELETE FROM conversation WHERE subject IN (SELECT s.subject FROM {set})`,
		`DELETE FROM shown WHERE subject IN (SELECT s.subject FROM {set})`,
		`DELETE FROM answer WHERE subject IN (SELECT s.subject FROM {set})`,
		`DELETE FROM mark WHERE subject IN (SELECT s.subject FROM {set})`,
		`DELETE FROM words WHERE subject IN (SELECT s.subject FROM {set})`,
		`DELETE FROM staff_case WHERE subject IN (SELECT s.subject FROM {set})`,
		`DELETE FROM lease WHERE subject IN (SELECT s.subject FROM {set})`,
		`UPDATE unsent SET subject = '' WHERE subject IN (SELECT s.subject FROM {set})`,
	} {
		if _, err := w.tx.Exec(ctx, statement, set); err != nil {
			return fmt.Errorf("erase: %w", err)
		}
	}
	if _, err := w.tx.Exec(ctx, `UPDATE outbox SET subject = '', body = NULL, leased = 0,
			done_ms = CASE WHEN state = 1 THEN $1 ELSE done_ms END, state = CASE WHEN state = 1 THEN 5 ELSE state END
		WHERE subject <> '' AND subject IN (SELECT s.subject FROM {set})`, w.nowMS, set); err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	if err := consent.Erase(ctx, w.tx, gone, w.nowMS); err != nil {
		return err
	}
	return purchase.Erase(ctx, w.tx, gone)
}

package db

import (
	"context"
	"encoding/json"
	"fmt"

	"osusume/db/consent"
	"osusume/db/dialect"
	"osusume/db/purchase"
	"osusume/dialog"
	"osusume/internal/ids"
	"osusume/internal/turn"
	"osusume/offers"
)

// planUse stands in the column value for dialog.FactPlanUse, whose NUL Postgres does not store; on_plan tells them apart.
const planUse = ""

// loader fills the Persons of one batch; the n-th need asks for the n-th person. Its statements do not depend on the
// number of needs, and those that nobody asked for are not run.
type loader struct {
	tx      *dialect.Tx
	nowMS   int64
	notice  string
	needs   []turn.Need
	persons []turn.Person
}

func (s *Store) loadPersons(ctx context.Context, tx *dialect.Tx, nowMS int64, needs []turn.Need) ([]turn.Person, error) {
	l := &loader{tx: tx, nowMS: nowMS, notice: s.notice, needs: needs, persons: make([]turn.Person, len(needs))}
	for i, need := range needs {
		l.persons[i].Subject = need.Subject
	}
	for _, load := range []func(context.Context) error{
		l.conversations, l.unsent, l.marks, l.shown, l.pressed, l.standings, l.asks, l.histories,
	} {
		if err := load(ctx); err != nil {
			return nil, err
		}
	}
	return l.persons, nil
}

// chosen makes a Set of the needs that want it, with their places.
func (l *loader) chosen(want func(*turn.Need) bool, value func(*turn.Need) string, name string) dialect.Set {
	var places []int
	var values []string
	for i := range l.needs {
		if want(&l.needs[i]) {
			places = append(places, i)
			values = append(values, value(&l.needs[i]))
		}
	}
	return dialect.Rows(dialect.Int("n", places), dialect.Text(name, values))
}

func everyNeed(*turn.Need) bool          { return true }
func needSubject(need *turn.Need) string { return string(need.Subject) }
func needMessage(need *turn.Need) string { return need.MessageHash }
func needsShown(need *turn.Need) bool    { return need.LastShown }
func needsMessage(need *turn.Need) bool  { return need.MessageHash != "" }
func (l *loader) everyone() dialect.Set  { return l.chosen(everyNeed, needSubject, "subject") }
func (l *loader) at(n int) *turn.Person  { return &l.persons[n] }
func (l *loader) subjects() []ids.Subject {
	return dialect.Of(l.needs, func(n *turn.Need) ids.Subject { return n.Subject })
}

func (l *loader) conversations(ctx context.Context) error {
	var rows []struct {
		N          int          `db:"n"`
		WrappedKey []byte       `db:"wrapped_key"`
		Known      bool         `db:"known"`
		Lang       ids.Lang     `db:"lang"`
		Blocked    bool         `db:"blocked"`
		State      dialog.State `db:"state"`
		Version    int64        `db:"version"`
		LastBatch  string       `db:"last_batch"`
		ShownSKUs  string       `db:"shown_skus"`
		Topic      string       `db:"topic"`
		Pending    ids.OfferID  `db:"pending"`
		EraseHash  string       `db:"erase_hash"`
		EraseMS    int64        `db:"erase_ms"`
		Customer   ids.Customer `db:"customer"`
	}
	if err := l.tx.Select(ctx, &rows, `SELECT s.n, p.wrapped_key, CASE WHEN p.subject IS NULL THEN 0 ELSE 1 END AS known,
			coalesce(p.lang, '') AS lang, coalesce(p.blocked, 0) AS blocked, coalesce(c.state, 0) AS state, coalesce(c.version, 0) AS version,
			coalesce(c.last_batch, '') AS last_batch, coalesce(c.shown_skus, '') AS shown_skus, coalesce(c.topic, '') AS topic,
			coalesce(c.pending, '') AS pending, coalesce(c.erase_hash, '') AS erase_hash, coalesce(c.erase_ms, 0) AS erase_ms,
			coalesce(k.customer, '') AS customer
		FROM {set} LEFT JOIN person p ON p.subject = s.subject LEFT JOIN conversation c ON c.subject = s.subject
			LEFT JOIN link k ON k.subject = s.subject`, l.everyone()); err != nil {
		return err
	}
	for _, r := range rows {
		p := l.at(r.N)
		p.Known, p.WrappedKey, p.Lang, p.Blocked, p.Customer = r.Known, r.WrappedKey, r.Lang, r.Blocked, r.Customer
		p.Conversation = turn.Conversation{
			State: r.State, Version: r.Version, LastBatch: r.LastBatch, Topic: r.Topic, Pending: r.Pending, EraseHash: r.EraseHash, EraseMS: r.EraseMS,
		}
		if r.ShownSKUs != "" {
			if err := json.Unmarshal([]byte(r.ShownSKUs), &p.Conversation.ShownSKUs); err != nil {
				return fmt.Errorf("what was shown: %w", err)
			}
		}
	}
	return nil
}

func (l *loader) unsent(ctx context.Context) error {
	var places []int
	if err := l.tx.Select(ctx, &places, `SELECT s.n FROM {set} JOIN unsent u ON u.message_hash = s.message_hash`,
		l.chosen(needsMessage, needMessage, "message_hash")); err != nil {
		return err
	}
	for _, n := range places {
		l.at(n).Unsent = true
	}
	return nil
}

func (l *loader) marks(ctx context.Context) error {
	var rows []struct {
		N       int             `db:"n"`
		Kind    offers.MarkKind `db:"kind"`
		OnPlan  bool            `db:"on_plan"`
		Value   string          `db:"value"`
		Amount  ids.Yen         `db:"amount"`
		UntilMS int64           `db:"until_ms"`
	}
	if err := l.tx.Select(ctx, &rows, `SELECT s.n, m.kind, m.on_plan, m.value, m.amount, m.until_ms
		FROM {set} JOIN mark m ON m.subject = s.subject WHERE m.until_ms = 0 OR m.until_ms > $1
		ORDER BY s.n, m.at_ms, m.kind, m.value`, l.nowMS, l.everyone()); err != nil {
		return err
	}
	for _, r := range rows {
		if r.OnPlan {
			r.Value = dialog.FactPlanUse
		}
		p := l.at(r.N)
		p.Marks = append(p.Marks, offers.Mark{Kind: r.Kind, Value: r.Value, Amount: r.Amount, UntilMS: r.UntilMS})
	}
	return nil
}

type shownRow struct {
	N       int         `db:"n"`
	Subject ids.Subject `db:"subject"`
	Batch   string      `db:"batch"`
	Place   int         `db:"place"`
	AtMS    int64       `db:"at_ms"`
	General bool        `db:"general"`
	Offer   []byte      `db:"offer"`
}

func (r *shownRow) shown() (turn.Shown, error) {
	out := turn.Shown{Subject: r.Subject, Batch: r.Batch, Rank: r.Place, AtMS: r.AtMS, General: r.General}
	if err := json.Unmarshal(r.Offer, &out.Offer); err != nil {
		return turn.Shown{}, fmt.Errorf("an offer that was shown: %w", err)
	}
	return out, nil
}

func (l *loader) shown(ctx context.Context) error {
	var rows []shownRow
	if err := l.tx.Select(ctx, &rows, `SELECT s.n, h.subject, h.batch, h.place, h.at_ms, h.general, h.offer
		FROM {set} JOIN conversation c ON c.subject = s.subject AND c.last_batch <> ''
			JOIN shown h ON h.subject = s.subject AND h.batch = c.last_batch
		ORDER BY s.n, h.place`, l.chosen(needsShown, needSubject, "subject")); err != nil {
		return err
	}
	for i := range rows {
		shown, err := rows[i].shown()
		if err != nil {
			return err
		}
		p := l.at(rows[i].N)
		p.Shown = append(p.Shown, shown)
	}
	return nil
}

func (l *loader) pressed(ctx context.Context) error {
	var places []int
	var subjects []ids.Subject
	var named []ids.OfferID
	for i, need := range l.needs {
		for _, id := range need.Offers {
			places, subjects, named = append(places, i), append(subjects, need.Subject), append(named, id)
		}
	}
	var rows []shownRow
	if err := l.tx.Select(ctx, &rows, `SELECT s.n, h.subject, h.batch, h.place, h.at_ms, h.general, h.offer
		FROM {set} JOIN shown h ON h.offer_id = s.offer_id AND h.subject = s.subject ORDER BY s.n, h.batch, h.place`,
		dialect.Rows(dialect.Int("n", places), dialect.Text("subject", subjects), dialect.Text("offer_id", named))); err != nil {
		return err
	}
	for i := range rows {
		shown, err := rows[i].shown()
		if err != nil {
			return err
		}
		p := l.at(rows[i].N)
		p.Pressed = append(p.Pressed, shown)
	}
	return nil
}

func (l *loader) standings(ctx context.Context) error {
	found, err := consent.Standings(ctx, l.tx, l.subjects())
	if err != nil {
		return err
	}
	for i := range l.persons {
		l.persons[i].Standings = found[l.persons[i].Subject]
	}
	return nil
}

func (l *loader) asks(ctx context.Context) error {
	wanted := map[string][]int{}
	var hashes []string
	for i, need := range l.needs {
		for _, hash := range need.Nonces {
			if wanted[hash] == nil {
				hashes = append(hashes, hash)
			}
			wanted[hash] = append(wanted[hash], i)
		}
	}
	found, err := consent.Asks(ctx, l.tx, hashes)
	if err != nil {
		return err
	}
	for _, ask := range found {
		for _, n := range wanted[ask.NonceHash] {
			l.at(n).Asks = append(l.at(n).Asks, ask)
		}
	}
	return nil
}

// histories reads purchases of those who granted it, by grants minted in this very transaction.
func (l *loader) histories(ctx context.Context) error {
	var subjects []ids.Subject
	for i := range l.needs {
		if l.needs[i].History {
			subjects = append(subjects, l.needs[i].Subject)
		}
	}
	if len(subjects) == 0 || l.notice == "" {
		return nil
	}
	grants, err := consent.Mint(ctx, l.tx, ids.PurchaseHistory, subjects, l.nowMS, l.notice)
	if err != nil || len(grants.Subjects()) == 0 {
		return err
	}
	found, err := purchase.Histories(ctx, l.tx, grants)
	if err != nil {
		return err
	}
	for i := range l.needs {
		if l.needs[i].History {
			l.persons[i].History = found[l.needs[i].Subject]
		}
	}
	return nil
}

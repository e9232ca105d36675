// Package consent stores the consent ledger, its fold and its hash chain, and mints the grants without which no purchase
// is read. It is the only package that names their tables.
package consent

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"osusume/db/dialect"
	"osusume/internal/consent"
	"osusume/internal/fault"
	"osusume/internal/ids"
)

// eventRow is a row of consent_event.
type eventRow struct {
	ID            string `db:"id"`
	Subject       string `db:"subject"`
	State         string `db:"state"`
	Purposes      string `db:"purposes"`
	AtMS          int64  `db:"at_ms"`
	ReceivedMS    int64  `db:"received_ms"`
	Method        string `db:"method"`
	NoticeVersion string `db:"notice_version"`
	NoticeSHA256  string `db:"notice_sha256"`
	Lang          string `db:"lang"`
	NonceHash     string `db:"nonce_hash"`
	EventID       string `db:"event_id"`
	ValidUntilMS  int64  `db:"valid_until_ms"`
	Actor         string `db:"actor"`
}

func (r *eventRow) event() consent.Event {
	return consent.Event{
		ID: r.ID, Subject: ids.Subject(r.Subject), State: consent.State(r.State), Purposes: splitPurposes(r.Purposes), AtMS: r.AtMS,
		ReceivedMS: r.ReceivedMS, Method: consent.Method(r.Method), NoticeVersion: r.NoticeVersion, NoticeSHA256: r.NoticeSHA256,
		Lang: ids.Lang(r.Lang), NonceHash: r.NonceHash, EventID: ids.EventID(r.EventID), ValidUntilMS: r.ValidUntilMS, Actor: r.Actor,
	}
}

func joinPurposes(purposes []ids.Purpose) string {
	texts := make([]string, len(purposes))
	for i, p := range purposes {
		texts[i] = string(p)
	}
	return strings.Join(texts, ",")
}

func splitPurposes(text string) []ids.Purpose {
	if text == "" {
		return nil
	}
	var out []ids.Purpose
	for p := range strings.SplitSeq(text, ",") {
		out = append(out, ids.Purpose(p))
	}
	return out
}

// Append adds records to the ledger and brings the current state up to date, in the caller's transaction. A record
// whose id is there already changes nothing, so the same cause may be recorded by the door and by the worker.
func Append(ctx context.Context, tx *dialect.Tx, events []consent.Event) error {
	events, err := prepared(events)
	if err != nil || len(events) == 0 {
		return err
	}
	var added []string
	if err := tx.Select(ctx, &added, `INSERT INTO consent_event (id, subject, state, purposes, at_ms, received_ms, method, notice_version,
			notice_sha256, lang, nonce_hash, event_id, valid_until_ms, actor)
		SELECT s.id, s.subject, s.state, s.purposes, s.at_ms, s.received_ms, s.method, s.notice_version, s.notice_sha256, s.lang,
			s.nonce_hash, s.event_id, s.valid_until_ms, s.actor
		FROM {set} WHERE true ON CONFLICT DO NOTHING RETURNING id`, eventSet(events)); err != nil {
		return fmt.Errorf("consent: append: %w", err)
	}
	// Only what this transaction added is folded: a record that was there is in the state already, as it was stored.
	isNew := make(map[string]bool, len(added))
	for _, id := range added {
		isNew[id] = true
	}
	events = slices.DeleteFunc(events, func(e consent.Event) bool { return !isNew[e.ID] })
	slices.Sort(added)
	if _, err := tx.Exec(ctx, `INSERT INTO consent_pending (id) SELECT s.id FROM {set} WHERE true ON CONFLICT DO NOTHING`,
		dialect.Rows(dialect.Text("id", added))); err != nil {
		return fmt.Errorf("consent: append: %w", err)
	}
	return upsertStates(ctx, tx, foldAll(events))
}

// prepared checks the records, drops repeated ids (the first stays) and sorts, so that transactions that share ids wait
// for each other in one order.
func prepared(events []consent.Event) ([]consent.Event, error) {
	out := slices.Clone(events)
	for _, e := range out {
		if e.ID == "" || e.Subject == "" || e.State == consent.Unknown || len(e.Purposes) == 0 {
			return nil, fault.Newf(fault.Invalid, "consent: append", "a record lacks its id, person, state or purposes")
		}
		for _, p := range e.Purposes {
			if !p.Valid() {
				return nil, fault.Newf(fault.Invalid, "consent: append", "unknown purpose %q", p)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b consent.Event) int { return strings.Compare(a.ID, b.ID) })
	return slices.CompactFunc(out, func(a, b consent.Event) bool { return a.ID == b.ID }), nil
}

func eventSet(events []consent.Event) dialect.Set {
	text := func(name string, get func(*consent.Event) string) dialect.Column {
		return dialect.Text(name, dialect.Of(events, get))
	}
	return dialect.Rows(
		text("id", func(e *consent.Event) string { return e.ID }), text("subject", func(e *consent.Event) string { return string(e.Subject) }),
		text("state", func(e *consent.Event) string { return string(e.State) }),
		text("purposes", func(e *consent.Event) string { return joinPurposes(e.Purposes) }),
		dialect.Int("at_ms", dialect.Of(events, func(e *consent.Event) int64 { return e.AtMS })),
		dialect.Int("received_ms", dialect.Of(events, func(e *consent.Event) int64 { return e.ReceivedMS })),
		text("method", func(e *consent.Event) string { return string(e.Method) }),
		text("notice_version", func(e *consent.Event) string { return e.NoticeVersion }),
		text("notice_sha256", func(e *consent.Event) string { return e.NoticeSHA256 }),
		text("lang", func(e *consent.Event) string { return string(e.Lang) }),
		text("nonce_hash", func(e *consent.Event) string { return e.NonceHash }),
		text("event_id", func(e *consent.Event) string { return string(e.EventID) }),
		dialect.Int("valid_until_ms", dialect.Of(events, func(e *consent.Event) int64 { return e.ValidUntilMS })),
		text("actor", func(e *consent.Event) string { return e.Actor }),
	)
}

// stateRow is a row of consent_state.
type stateRow struct {
	Subject       string `db:"subject"`
	Purpose       string `db:"purpose"`
	State         string `db:"state"`
	AtMS          int64  `db:"at_ms"`
	EventID       string `db:"event_id"`
	NoticeVersion string `db:"notice_version"`
	NoticeSHA256  string `db:"notice_sha256"`
	ValidUntilMS  int64  `db:"valid_until_ms"`
}

func (r *stateRow) standing() consent.Standing {
	return consent.Standing{
		State: consent.State(r.State), AtMS: r.AtMS, EventID: r.EventID, NoticeVersion: r.NoticeVersion,
		NoticeSHA256: r.NoticeSHA256, ValidUntilMS: r.ValidUntilMS,
	}
}

// foldAll folds the events of several persons, sorted by person and purpose.
func foldAll(events []consent.Event) []stateRow {
	bySubject := map[ids.Subject][]consent.Event{}
	for _, e := range events {
		bySubject[e.Subject] = append(bySubject[e.Subject], e)
	}
	var out []stateRow
	for subject, own := range bySubject {
		for purpose, s := range consent.Fold(own) {
			out = append(out, stateRow{
				string(subject), string(purpose), string(s.State), s.AtMS, s.EventID, s.NoticeVersion, s.NoticeSHA256, s.ValidUntilMS,
			})
		}
	}
	slices.SortFunc(out, func(a, b stateRow) int {
		return strings.Compare(a.Subject+"\x00"+a.Purpose, b.Subject+"\x00"+b.Purpose)
	})
	return out
}

// rank orders states at equal times exactly as consent.Outranks does; a test compares the two.
func rank(s consent.State) int64 {
	switch s {
	case consent.Withdrawn:
		return 3
	case consent.Refused, consent.Expired, consent.Invalidated:
		return 2
	case consent.Given:
		return 1
	default:
		return 0
	}
}

func upsertStates(ctx context.Context, tx *dialect.Tx, rows []stateRow) error {
	text := func(name string, get func(*stateRow) string) dialect.Column {
		return dialect.Text(name, dialect.Of(rows, get))
	}
	number := func(name string, get func(*stateRow) int64) dialect.Column {
		return dialect.Int(name, dialect.Of(rows, get))
	}
	_, err := tx.Exec(ctx, `INSERT INTO consent_state AS cs (subject, purpose, state, rank, at_ms, event_id, notice_version, notice_sha256,
			valid_until_ms)
		SELECT s.subject, s.purpose, s.state, s.rank, s.at_ms, s.event_id, s.notice_version, s.notice_sha256, s.valid_until_ms
		FROM {set} WHERE true
		ON CONFLICT (subject, purpose) DO UPDATE SET state = excluded.state, rank = excluded.rank, at_ms = excluded.at_ms,
			event_id = excluded.event_id, notice_version = excluded.notice_version, notice_sha256 = excluded.notice_sha256,
			valid_until_ms = excluded.valid_until_ms
		WHERE excluded.at_ms > cs.at_ms OR excluded.at_ms = cs.at_ms AND (excluded.rank > cs.rank
			OR excluded.rank = cs.rank AND excluded.event_id > cs.event_id)`,
		dialect.Rows(
			text("subject", func(r *stateRow) string { return r.Subject }), text("purpose", func(r *stateRow) string { return r.Purpose }),
			text("state", func(r *stateRow) string { return r.State }),
			number("rank", func(r *stateRow) int64 { return rank(consent.State(r.State)) }),
			number("at_ms", func(r *stateRow) int64 { return r.AtMS }), text("event_id", func(r *stateRow) string { return r.EventID }),
			text("notice_version", func(r *stateRow) string { return r.NoticeVersion }),
			text("notice_sha256", func(r *stateRow) string { return r.NoticeSHA256 }),
			number("valid_until_ms", func(r *stateRow) int64 { return r.ValidUntilMS }),
		))
	if err != nil {
		return fmt.Errorf("consent: state: %w", err)
	}
	return nil
}

// Standings gives where each person stands. Someone who was never asked is not in the map.
func Standings(ctx context.Context, tx *dialect.Tx, subjects []ids.Subject) (map[ids.Subject]consent.Standings, error) {
	var rows []stateRow
	if err := tx.Select(ctx, &rows, `SELECT cs.subject, cs.purpose, cs.state, cs.at_ms, cs.event_id, cs.notice_version, cs.notice_sha256,
			cs.valid_until_ms
		FROM {set} JOIN consent_state cs ON cs.subject = s.subject`, subjectSet(subjects)); err != nil {
		return nil, fmt.Errorf("consent: standings: %w", err)
	}
	out := make(map[ids.Subject]consent.Standings, len(subjects))
	for i := range rows {
		subject := ids.Subject(rows[i].Subject)
		if out[subject] == nil {
			out[subject] = consent.Standings{}
		}
		out[subject][ids.Purpose(rows[i].Purpose)] = rows[i].standing()
	}
	return out, nil
}

func subjectSet(subjects []ids.Subject) dialect.Set {
	distinct := slices.Clone(subjects)
	slices.Sort(distinct)
	return dialect.Rows(dialect.Text("subject", slices.Compact(distinct)))
}

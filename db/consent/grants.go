package consent

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"osusume/db/dialect"
	"osusume/internal/fault"
	"osusume/internal/ids"
)

// Grants is the right to read for a set of persons, for one purpose, in one transaction. Only Mint makes one that is
// worth something: the zero value, a copy taken to another transaction and one kept after the end are refused.
type Grants struct {
	tx      *dialect.Tx
	purpose ids.Purpose
	nowMS   int64
	notice  string
	events  map[ids.Subject]string // the ledger record each grant rests on
}

// Mint reads the live grants of the persons: given, not expired at nowMS, under the notice version in force. Persons
// without one are simply not in the result.
func Mint(ctx context.Context, tx *dialect.Tx, purpose ids.Purpose, subjects []ids.Subject, nowMS int64, notice string) (Grants, error) {
	if notice == "" || !purpose.Valid() {
		return Grants{}, fault.Newf(fault.Invalid, "consent: mint", "no notice version or purpose")
	}
	var rows []struct {
		Subject string `db:"subject"`
		EventID string `db:"event_id"`
	}
	if err := tx.Select(ctx, &rows, `SELECT cs.subject, cs.event_id FROM consent_state cs
		WHERE cs.purpose = $1 AND cs.state = 'given' AND cs.valid_until_ms > $2 AND cs.notice_version = $3
			AND cs.subject IN (SELECT s.subject FROM {set})`, string(purpose), nowMS, notice, subjectSet(subjects)); err != nil {
		return Grants{}, fmt.Errorf("consent: mint: %w", err)
	}
	g := Grants{tx: tx, purpose: purpose, nowMS: nowMS, notice: notice, events: make(map[ids.Subject]string, len(rows))}
	for _, r := range rows {
		if !strings.Contains(r.Subject, ",") { // the list of persons is told to Postgres with commas
			g.events[ids.Subject(r.Subject)] = r.EventID
		}
	}
	return g, nil
}

func (g Grants) live() bool { return g.tx != nil && !g.tx.Done() }

// Has says whether the person's grant is among them and still worth something.
func (g Grants) Has(subject ids.Subject) bool {
	_, has := g.events[subject]
	return has && g.live()
}

// Subjects lists the persons, sorted; nobody once the transaction has ended.
func (g Grants) Subjects() []ids.Subject {
	if !g.live() {
		return nil
	}
	return slices.Sorted(maps.Keys(g.events))
}

// EventID names the ledger record that the person's grant rests on.
func (g Grants) EventID(subject ids.Subject) string { return g.events[subject] }

// NowMS is the time the grants were judged at.
func (g Grants) NowMS() int64 { return g.nowMS }

// Admit is called by db/purchase before it reads. It refuses with fault.Denied unless the grants were minted in this very
// transaction, which is still open, for this purpose, and tells Postgres whose rows may be seen, until the end of it.
func (g Grants) Admit(ctx context.Context, tx *dialect.Tx, purpose ids.Purpose) error {
	switch {
	case g.tx == nil:
		return fault.Newf(fault.Denied, "consent: admit", "nothing was granted")
	case g.tx != tx:
		return fault.Newf(fault.Denied, "consent: admit", "the grants belong to another transaction")
	case tx.Done():
		return fault.Newf(fault.Denied, "consent: admit", "the transaction of the grants has ended")
	case g.purpose != purpose:
		return fault.Newf(fault.Denied, "consent: admit", "the grants are for another purpose")
	}
	return announce(ctx, tx, string(purpose), "", g.Subjects(), g.nowMS, g.notice)
}

// announce sets what the row-level security policies of Postgres read, for this transaction only (set_config's true).
func announce(ctx context.Context, tx *dialect.Tx, purpose, basis string, subjects []ids.Subject, nowMS int64, notice string) error {
	if tx.Kind() != dialect.Postgres {
		return nil
	}
	list := make([]string, len(subjects))
	for i, s := range subjects {
		list[i] = string(s)
	}
	// With the policies, planning the reads of an answer costs several times their execution, and their shape is fixed
	// anyway; db/purchase switches back with its last statement.
	planning := "auto"
	if purpose == string(ids.PurchaseHistory) {
		planning = "force_generic_plan"
	}
	var done int
	err := tx.Get(ctx, &done, `SELECT 1 FROM (SELECT set_config('osusume.purpose', $1, true), set_config('osusume.basis', $2, true),
		set_config('osusume.persons', $3, true), set_config('osusume.now_ms', $4, true), set_config('osusume.notice', $5, true),
		set_config('plan_cache_mode', $6, true) OFFSET 0) AS told`,
		purpose, basis, strings.Join(list, ","), strconv.FormatInt(nowMS, 10), notice, planning)
	if err != nil {
		return fmt.Errorf("consent: announce: %w", err)
	}
	return nil
}

// Basis says whose purchases count in what is learned, as OSUSUME_STATISTICS_BASIS names it.
type Basis string

// The bases.
const (
	ByGrant Basis = "grant" // who granted group_statistics
	ByTerms Basis = "terms" // everyone who has not opted out
)

// Statistics is the right to learn, in one transaction.
type Statistics struct {
	tx     *dialect.Tx
	basis  Basis
	nowMS  int64
	notice string
}

// MintStatistics makes the right to stream the purchases that the basis admits.
func MintStatistics(tx *dialect.Tx, basis Basis, nowMS int64, notice string) (Statistics, error) {
	if basis != ByGrant && basis != ByTerms || notice == "" {
		return Statistics{}, fault.Newf(fault.Invalid, "consent: statistics", "the basis must be grant or terms, under a notice version")
	}
	return Statistics{tx: tx, basis: basis, nowMS: nowMS, notice: notice}, nil
}

// Admit is Grants.Admit for learning. It gives the SQL condition on `p.customer` that selects who counts, whose
// parameters $1 and $2 are the time and the notice version.
func (s Statistics) Admit(ctx context.Context, tx *dialect.Tx) (condition string, nowMS int64, notice string, err error) {
	if s.tx == nil || s.tx != tx || tx.Done() {
		return "", 0, "", fault.Newf(fault.Denied, "consent: statistics", "nothing was admitted in this transaction")
	}
	condition = `p.customer IN (SELECT l.customer FROM link l JOIN consent_state c ON c.subject = l.subject
		WHERE c.purpose = 'group_statistics' AND c.state = 'given' AND c.valid_until_ms > $1 AND c.notice_version = $2)`
	if s.basis == ByTerms {
		condition = `CAST($1 AS bigint) IS NOT NULL AND CAST($2 AS text) IS NOT NULL AND p.customer NOT IN (SELECT l.customer
			FROM link l JOIN consent_state c ON c.subject = l.subject
			WHERE c.purpose IN ('purchase_history', 'group_statistics') AND c.state IN ('withdrawn', 'refused'))`
	}
	return condition, s.nowMS, s.notice, announce(ctx, tx, string(ids.GroupStatistics), string(s.basis), nil, s.nowMS, s.notice)
}

// AsEveryPurpose runs try as if the person had asked for each purpose in turn, and finally as nobody. It is for the
// canary: what is announced opens nothing without a live consent.
func AsEveryPurpose(ctx context.Context, tx *dialect.Tx, subject ids.Subject, try func() error) error {
	for _, as := range []struct{ purpose, basis string }{
		{string(ids.PurchaseHistory), ""}, {string(ids.GroupStatistics), string(ByGrant)}, {string(ids.GroupStatistics), string(ByTerms)},
		{"erasure", ""}, {"", ""},
	} {
		if err := announce(ctx, tx, as.purpose, as.basis, []ids.Subject{subject}, 0, "canary"); err != nil {
			return err
		}
		if err := try(); err != nil {
			return err
		}
	}
	return nil
}

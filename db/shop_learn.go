package db

import (
	"context"
	"fmt"
	"time"

	"osusume/db/consent"
	"osusume/db/dialect"
	"osusume/db/purchase"
	"osusume/internal/fault"
	"osusume/internal/ids"
	"osusume/internal/turn"
	"osusume/offers"

	ledger "osusume/internal/consent"
)

// learnDeadline bounds one pass over the whole history.
const learnDeadline = 2 * time.Hour

// LearnStream streams the purchases that the basis admits, customer by customer. One access record a run is committed
// first. fn must not keep the slice.
func (s *Store) LearnStream(ctx context.Context, basis consent.Basis, nowMS int64, notice string, fn func(customer ids.Customer, lines []offers.Purchase) error) error {
	err := s.d.Do(ctx, dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
		return purchase.RecordLearning(ctx, tx, basis, nowMS)
	})
	if err != nil {
		return fmt.Errorf("db: learn: %w", err)
	}
	err = s.d.Do(ctx, dialect.Mode{ReadOnly: true, Deadline: learnDeadline}, func(ctx context.Context, tx *dialect.Tx) error {
		right, err := consent.MintStatistics(tx, basis, nowMS, notice)
		if err != nil {
			return err
		}
		return purchase.Learn(ctx, tx, right, fn)
	})
	if err != nil {
		return fmt.Errorf("db: learn: %w", err)
	}
	return nil
}

// CustomerView is what the recommend command knows of a customer: no more than an answer in the chat would.
type CustomerView struct {
	Subject   ids.Subject // empty when the customer is not linked
	Standings ledger.Standings
	History   *offers.History // nil without a live grant of purchase_history
	Marks     []offers.Mark   // what the person declined, owns or told us to forget
}

// CustomerRequest looks a customer up for the recommend command, through the same grants as the chat and with an access
// record of its own. A customer that is neither imported nor linked is fault.NotFound.
func (s *Store) CustomerRequest(ctx context.Context, customer ids.Customer, nowMS int64, notice string) (CustomerView, error) {
	var view CustomerView
	err := s.d.Do(ctx, dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
		var subject string
		err := tx.Get(ctx, &subject, `SELECT subject FROM link WHERE customer = $1`, string(customer))
		if fault.Is(err, fault.NotFound) {
			return tx.Get(ctx, &subject, `SELECT '' FROM customer WHERE customer = $1`, string(customer))
		}
		if err != nil {
			return err
		}
		view.Subject = ids.Subject(subject)
		l := &loader{
			tx: tx, nowMS: nowMS, notice: notice, needs: []turn.Need{{Subject: view.Subject, History: true}}, persons: make([]turn.Person, 1),
		}
		for _, load := range []func(context.Context) error{l.marks, l.standings, l.histories} {
			if err := load(ctx); err != nil {
				return err
			}
		}
		view.Standings, view.History, view.Marks = l.persons[0].Standings, l.persons[0].History, l.persons[0].Marks
		return nil
	})
	if err != nil {
		return CustomerView{}, fmt.Errorf("db: customer: %w", err)
	}
	return view, nil
}

// SealLedger links new ledger records into the hash chain and says how many.
func (s *Store) SealLedger(ctx context.Context) (int, error) { return consent.Seal(ctx, s.d) }

// VerifyLedger recomputes the whole chain; a record that was altered, removed or slipped in is fault.Conflict and named.
func (s *Store) VerifyLedger(ctx context.Context) (consent.Report, error) {
	return consent.Verify(ctx, s.d)
}

// RebuildConsent folds the ledger anew and gives the persons whose stored state differs: none, unless someone meddled.
func (s *Store) RebuildConsent(ctx context.Context) (persons int, differ []ids.Subject, err error) {
	return consent.Rebuild(ctx, s.d)
}

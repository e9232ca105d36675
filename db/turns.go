package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"osusume/db/dialect"
	"osusume/internal/fault"
	"osusume/internal/ids"
	"osusume/internal/queue"
	"osusume/internal/turn"
)

// Turns runs a batch of turns in one durable transaction: it locks the leased events, loads what the needs ask for, calls
// decide, and writes the outcomes. Events that decide gave no outcome for stay leased and come again.
//
// When a lease is no longer ours the error is fault.Lost around a queue.LostRows that names the events; when a
// conversation or an ask was changed by someone else meanwhile it is fault.Lost as well. Either way nothing is changed.
// It does not last longer than the leases, at least a second.
func (s *Store) Turns(ctx context.Context, nowMS, leaseMS int64, needs []turn.Need,
	decide func([]turn.Person) ([]turn.Outcome, error),
) (sent []queue.Out, err error) {
	if len(needs) == 0 {
		return nil, nil
	}
	deadline := max(time.Duration(leaseMS)*time.Millisecond, time.Second)
	err = s.d.Do(ctx, dialect.Mode{Deadline: deadline}, func(ctx context.Context, tx *dialect.Tx) error {
		held, err := s.lockNeeds(ctx, tx, needs)
		if err != nil {
			return err
		}
		persons, err := s.loadPersons(ctx, tx, nowMS, needs)
		if err != nil {
			return fmt.Errorf("load: %w", err)
		}
		outcomes, err := decide(persons)
		if err != nil {
			return fmt.Errorf("decide: %w", err)
		}
		if err := checkOutcomes(held, outcomes); err != nil {
			return err
		}
		w := writer{tx: tx, nowMS: nowMS, outcomes: outcomes}
		if err := w.write(ctx, held, needs, persons); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		sent, err = insertOut(ctx, tx, nowMS, nowMS+leaseMS, w.outs())
		if err != nil {
			return fmt.Errorf("outbox: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("db: turns: %w", err)
	}
	return sent, nil
}

func (s *Store) lockNeeds(ctx context.Context, tx *dialect.Tx, needs []turn.Need) (map[int64]ids.Subject, error) {
	held, err := s.lockLeases(ctx, tx, dialect.Of(needs, func(n *turn.Need) int64 { return n.RowID }))
	if err != nil {
		return nil, err
	}
	var lost []int64
	for _, need := range needs {
		if subject, ok := held[need.RowID]; !ok || subject != need.Subject {
			lost = append(lost, need.RowID)
		}
	}
	if len(lost) > 0 {
		return nil, fault.New(fault.Lost, "leases", &queue.LostRows{IDs: lost})
	}
	return held, nil
}

var errOutcome = errors.New("decide gave an outcome for an event that is not in the batch, or two for one")

func checkOutcomes(held map[int64]ids.Subject, outcomes []turn.Outcome) error {
	seen := make(map[int64]bool, len(outcomes))
	for _, o := range outcomes {
		if subject, ok := held[o.RowID]; !ok || subject != o.Subject || seen[o.RowID] {
			return errOutcome
		}
		seen[o.RowID] = true
	}
	return nil
}

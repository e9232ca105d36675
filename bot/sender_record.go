package bot

import (
	"context"
	"time"

	"go.uber.org/zap"

	"osusume/internal/clock"
	"osusume/internal/queue"
)

// runRecords writes results in batches. When the store is gone they are kept, and written when it is back; nothing they
// speak of is sent again in between.
func (s *Sender) runRecords(ctx context.Context) {
	over, failures := false, 0
	for {
		s.mu.Lock()
		waiting := len(s.pending)
		s.mu.Unlock()
		switch {
		case waiting == 0 && over:
			return
		case waiting == 0:
			select {
			case <-s.recordKick:
			case <-s.attemptsOver:
				over = true
			}
			continue
		case waiting < recordBatch && failures == 0 && !over:
			s.pauseRecords(recordLinger)
		}
		err := s.record(ctx)
		if err == nil {
			if failures > 0 {
				s.cfg.Log.Info("results of sending are stored again")
			}
			failures = 0
			continue
		}
		if failures++; failures == 1 {
			s.cfg.Log.Error("results of sending cannot be stored", zap.Error(err))
		}
		if ctx.Err() != nil {
			return // Stop has waited long enough; the leases run out and the messages come back as doubtful
		}
		s.pauseRecords(min(2_000, 50<<min(failures, 6)))
	}
}

// pauseRecords waits, but not once there is a full batch or the sender ends.
func (s *Sender) pauseRecords(ms int) {
	timer := time.NewTimer(time.Duration(ms) * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.recordFull:
	case <-s.attemptsOver:
		if ms > recordLinger {
			<-timer.C
		}
	}
}

// record writes one batch.
func (s *Sender) record(ctx context.Context) error {
	now := clock.Millis(s.cfg.Clock)
	s.mu.Lock()
	batch := make([]queue.Result, 0, min(len(s.pending), recordBatch))
	for id, result := range s.pending {
		if len(batch) == cap(batch) {
			break
		}
		if one := s.held[id]; result.State == queue.Queued && one != nil && one.leaseMS < now+recordAhead {
			// The store was away for so long that another process may take the message any moment; a result that is not
			// final must not take it back. The store calls it doubtful by itself.
			delete(s.pending, id)
			if one.released {
				s.drop(id)
			}
			continue
		}
		batch = append(batch, result)
	}
	s.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout*time.Millisecond)
	defer cancel()
	if err := s.cfg.Outbox.Record(ctx, now, batch); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, result := range batch {
		one := s.held[result.ID]
		if one != nil && result.State == queue.Queued {
			one.leaseMS, one.known = max(one.leaseMS, result.NextTryMS), max(one.known, result.Attempt)
		}
		if s.pending[result.ID] != result {
			continue // a newer one came meanwhile
		}
		delete(s.pending, result.ID)
		if one != nil && one.released {
			s.drop(result.ID)
		}
	}
	return nil
}

// giveBack releases what was never begun, for another process to send at once. No attempt is running any more.
func (s *Sender) giveBack() {
	now := clock.Millis(s.cfg.Clock)
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, one := range s.held {
		if one.released || one.leaseMS < now+recordAhead {
			continue
		}
		one.released = true
		result, waits := s.pending[id]
		if !waits {
			result = queue.Result{ID: id, State: queue.Queued, Attempt: one.out.Attempt}
		}
		result.Attempt++ // more than the store may be learning of right now
		result.Doubtful, result.NextTryMS, result.DoneMS = one.out.Doubtful || one.doubt, max(now, one.dueMS), now
		s.put(one, result)
	}
}

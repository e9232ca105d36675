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
		stored, err := s.record(ctx)
		if err == nil && stored == 0 {
			if over {
				return // what is left speaks of messages that are no longer ours
			}
			s.pauseRecords(recordPoll)
			continue
		}
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

// record writes one batch and gives its size.
func (s *Sender) record(ctx context.Context) (int, error) {
	now := clock.Millis(s.cfg.Clock)
	s.mu.Lock()
	batch := make([]queue.Result, 0, min(len(s.pending), recordBatch))
	for id, result := range s.pending {
		if len(batch) == cap(batch) {
			break
		}
		if s.mayRecord(s.held[id], &result, now) {
			s.pending[id] = result
			batch = append(batch, result)
		}
	}
	s.mu.Unlock()
	if len(batch) == 0 {
		return 0, nil
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout*time.Millisecond)
	defer cancel()
	if err := s.cfg.Outbox.Record(ctx, now, batch); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, result := range batch {
		one := s.held[result.ID]
		if one != nil && result.State == queue.Queued {
			one.leaseMS, one.known = max(one.leaseMS, result.NextTryMS), max(one.known, result.Attempt)
			one.free = true
		}
		if s.pending[result.ID] != result {
			continue // a newer one came meanwhile
		}
		delete(s.pending, result.ID)
		if one != nil && one.released {
			s.drop(result.ID)
		}
	}
	return len(batch), nil
}

// mayRecord says whether a result is ours to store; the caller has the lock. That LINE accepted a message is true
// whoever has it now. Anything else must not be said once the lease has run out, since another process may just be
// delivering the message: a plan for a retry is then void, and a failure waits until the claim loop has the message
// again, or proves to be another's to tell.
func (s *Sender) mayRecord(one *sending, result *queue.Result, now int64) bool {
	switch {
	case one == nil || result.State == queue.Sent:
		return true
	case one.leaseMS >= now+recordAhead:
		if one.doubt {
			result.Doubtful = true
			if result.State == queue.Failed {
				result.State = queue.Unknown
			}
		}
		return true
	case result.State == queue.Queued:
		delete(s.pending, result.ID)
		if one.released {
			s.drop(result.ID)
		}
	case now > one.leaseMS+recordGiveUp:
		delete(s.pending, result.ID)
		s.drop(result.ID)
	}
	return false
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

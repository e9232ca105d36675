package bot

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"osusume/bot/line"
	"osusume/internal/clock"
	"osusume/internal/fault"
	"osusume/internal/keyring"
	"osusume/internal/queue"
)

func (s *Sender) runAttempts(ctx context.Context) {
	for one := s.next(); one != nil; one = s.next() {
		s.attempt(ctx, one)
	}
}

// attempt makes one attempt at a message, or finds that there is none to make.
func (s *Sender) attempt(ctx context.Context, one *sending) {
	now := clock.Millis(s.cfg.Clock)
	out := &one.out
	limit := int64(replyTimeout)
	if out.Kind == queue.Push {
		limit = pushTimeout
	}
	s.mu.Lock()
	leaseMS := one.leaseMS
	out.Doubtful = out.Doubtful || one.doubt
	pausedUntil := s.pause.untilMS
	s.mu.Unlock()
	switch {
	case now >= out.DeadlineMS:
		s.end(one, now, gaveUp(out), line.Result{})
		return
	case out.Kind == queue.Push && now < pausedUntil:
		s.release(one, pausedUntil+int64(s.cfg.Jitter()*pauseFirst))
		return
	case leaseMS-leaseMargin-now < leastAttempt:
		s.uncovered(one, now)
		return
	}
	body, fate := s.open(ctx, out)
	switch fate {
	case bodyLost:
		s.end(one, now, gaveUp(out), line.Result{})
		return
	case bodyLater:
		s.later(one, now+trouble)
		return
	}
	attempt, cancel := context.WithTimeout(ctx, time.Duration(min(limit, out.DeadlineMS-now, leaseMS-leaseMargin-now))*time.Millisecond)
	defer cancel()
	began := time.Now()
	var result line.Result
	if out.Kind == queue.Push {
		sent := false
		verdict, err := s.cfg.Gate.Pass(attempt, *out, func(ctx context.Context) {
			sent = true
			result = s.cfg.Client.Push(ctx, body, out.RetryKey)
		})
		switch {
		case sent: // whatever the gate says after it, LINE was called
		case err != nil:
			s.cfg.Log.Error("push gate failed", zap.Error(err))
			s.later(one, clock.Millis(s.cfg.Clock)+5*trouble)
			return
		case verdict != Open:
			s.end(one, clock.Millis(s.cfg.Clock), queue.Suppressed, line.Result{})
			return
		default:
			s.cfg.Log.Error("push gate opened without sending")
			s.later(one, clock.Millis(s.cfg.Clock)+5*trouble)
			return
		}
	} else {
		result = s.cfg.Client.Reply(attempt, body)
	}
	s.cfg.Metrics.Attempted(out.Kind, result.Outcome, time.Since(began))
	s.settle(one, result)
}

// gaveUp is the state of a message that will not be tried again.
func gaveUp(out *queue.Out) queue.OutState {
	if out.Doubtful {
		return queue.Unknown
	}
	return queue.Failed
}

// settle decides with queue.Next what follows an attempt.
func (s *Sender) settle(one *sending, result line.Result) {
	now := clock.Millis(s.cfg.Clock)
	out := &one.out
	out.Attempt++
	s.mu.Lock()
	out.Doubtful = out.Doubtful || one.doubt
	s.mu.Unlock()
	state, nextMS, doubtful := queue.Next(out.Kind, result.Outcome, out.Attempt, out.Doubtful, s.cfg.Jitter(), now, out.DeadlineMS)
	out.Doubtful = doubtful
	if out.Kind == queue.Push {
		s.mu.Lock()
		s.pause.learn(result.Outcome, now, s.cfg.Jitter())
		s.mu.Unlock()
	}
	if result.Err != nil {
		s.tell(out, result, state)
	}
	switch {
	case state != queue.Queued:
		s.end(one, now, state, result)
	case nextMS-now > longestHold:
		s.releaseWith(one, nextMS, result)
	default:
		s.retryHere(one, now, nextMS, result)
	}
}

// tell logs a failed attempt: LINE's class of error, its request id and our row id, none of which is a person's.
func (s *Sender) tell(out *queue.Out, result line.Result, state queue.OutState) {
	level := zap.WarnLevel
	if state == queue.Failed || state == queue.Unknown {
		level = zap.ErrorLevel
	}
	kind := "unknown"
	var e *line.Error
	if errors.As(result.Err, &e) {
		kind = string(e.Kind)
	}
	s.cfg.Log.Log(level, "message not delivered", zap.Int64("outbox", out.ID), zap.Uint8("kind", uint8(out.Kind)), zap.Int("attempt", out.Attempt),
		zap.String("error", kind), zap.Int("status", result.Status), zap.String("line_request", result.RequestID), zap.Uint8("state", uint8(state)))
}

// end notes a final state. The message stays held until the store knows, so that it cannot be taken up again here.
func (s *Sender) end(one *sending, now int64, state queue.OutState, result line.Result) {
	s.cfg.Metrics.Ended(one.out.Kind, state)
	s.note(one, queue.Result{
		ID: one.out.ID, State: state, Attempt: one.out.Attempt, Status: result.Status, RequestID: result.RequestID,
		Doubtful: one.out.Doubtful, DoneMS: now,
	}, func() { one.released = true })
}

// retryHere keeps the message for an attempt at nextMS by this process. The store learns of a later time, by which that
// attempt is over: until then the message is ours. Should we die meanwhile, the attempt may have been made, so what the
// store holds is doubtful.
func (s *Sender) retryHere(one *sending, now, nextMS int64, result line.Result) {
	s.note(one, queue.Result{
		ID: one.out.ID, State: queue.Queued, Attempt: one.out.Attempt, NextTryMS: nextMS + SenderLeaseMS, Status: result.Status,
		RequestID: result.RequestID, Doubtful: true, DoneMS: now,
	}, func() { s.delay(one, nextMS) })
}

// release gives the message to whoever asks the store for it from nextMS on.
func (s *Sender) release(one *sending, nextMS int64) { s.releaseWith(one, nextMS, line.Result{}) }

func (s *Sender) releaseWith(one *sending, nextMS int64, result line.Result) {
	s.note(one, queue.Result{
		ID: one.out.ID, State: queue.Queued, Attempt: one.out.Attempt, NextTryMS: nextMS, Status: result.Status,
		RequestID: result.RequestID, Doubtful: one.out.Doubtful, DoneMS: clock.Millis(s.cfg.Clock),
	}, func() { one.released = true })
}

// later tries again without a word to the store: nothing was attempted.
func (s *Sender) later(one *sending, dueMS int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.land(one)
	s.delay(one, dueMS)
}

// uncovered deals with a message whose lease would end during the attempt. When the store has yet to hear of a longer
// one, the message waits for that; otherwise it is left to the store, where it is free to be taken again.
func (s *Sender) uncovered(one *sending, now int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.land(one)
	if _, waits := s.pending[one.out.ID]; waits {
		s.delay(one, now+trouble/4)
		return
	}
	s.drop(one.out.ID)
	kick(s.claimKick)
}

// land notes that no attempt at the message is running; the caller has the lock.
func (s *Sender) land(one *sending) {
	one.inFlight = false
	if one.out.Kind == queue.Push {
		s.pushing--
		if len(s.pushes) > 0 {
			s.work.Signal()
		}
	}
}

// note keeps a result for the store and says what becomes of the message meanwhile.
func (s *Sender) note(one *sending, result queue.Result, then func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one.inFlight {
		s.land(one)
	}
	s.put(one, result)
	then()
	switch len(s.pending) {
	case 1:
		kick(s.recordKick)
	case recordBatch:
		kick(s.recordFull)
	}
}

// put keeps a result for the store; the caller has the lock. A plan for another attempt has to name more attempts than
// the store counts, or the store takes it for the word of a process that had lost the message.
func (s *Sender) put(one *sending, result queue.Result) {
	if result.State == queue.Queued {
		result.Attempt = max(result.Attempt, one.known+1)
	}
	s.pending[result.ID] = result
}

type bodyFate uint8

const (
	bodyHere  bodyFate = iota
	bodyLater          // the key could not be read now
	bodyLost           // the key was destroyed, or the body does not open
)

// open decrypts the request body.
func (s *Sender) open(ctx context.Context, out *queue.Out) ([]byte, bodyFate) {
	key, err := s.key(ctx, out.KeyID)
	if err == nil {
		body, err := key.Open(out.Body, out.RetryKey)
		if err == nil {
			return body, bodyHere
		}
		s.cfg.Log.Error("outgoing message does not open", zap.Int64("outbox", out.ID))
		return nil, bodyLost
	}
	s.cfg.Log.Error("key of an outgoing message", zap.Int64("outbox", out.ID), zap.Error(err))
	if fault.Is(err, fault.NotFound) {
		return nil, bodyLost
	}
	return nil, bodyLater
}

// key gives an inbox key, from memory when it was used before.
func (s *Sender) key(ctx context.Context, id int64) (keyring.DataKey, error) {
	s.mu.Lock()
	key, known := s.keys[id]
	s.mu.Unlock()
	if known {
		return key, nil
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout*time.Millisecond)
	defer cancel()
	key, err := s.cfg.OpenKey(ctx, id)
	if err != nil {
		return keyring.DataKey{}, err
	}
	s.mu.Lock()
	if len(s.keys) > 16 { // keys live eight days, so more than these are not in use
		clear(s.keys)
	}
	s.keys[id] = key
	s.mu.Unlock()
	return key, nil
}

package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"osusume/internal/clock"
	"osusume/internal/fault"
	"osusume/internal/ids"
	"osusume/internal/queue"
	"osusume/internal/turn"
)

// The reasons an event is given up for, as the store keeps them.
const (
	gaveUpUnreadable = "unreadable"  // its payload does not open
	gaveUpKeyGone    = "key_gone"    // its inbox key was destroyed
	gaveUpAttempts   = "no_progress" // it failed too often
)

// Once claims one batch, runs it, and gives the number of events claimed. An error means that the store failed; what was
// claimed is claimed again when its lease ends.
func (w *Worker) Once(ctx context.Context) (int, error) { return w.once(ctx, func() {}) }

// once is Once for a loop. It calls leave when another loop had better begin now: when more events wait
// than one batch takes, and when this batch waits for LINE or runs its events one by one.
func (w *Worker) once(ctx context.Context, leave func()) (int, error) {
	began := w.cfg.Clock.Now()
	claimed, err := w.cfg.Inbox.Claim(ctx, began.UnixMilli(), leaseMS, w.cfg.BatchSize)
	if err != nil {
		return 0, fmt.Errorf("bot: claim: %w", err)
	}
	if len(claimed) == 0 {
		return 0, nil
	}
	if len(claimed) >= w.cfg.BatchSize {
		leave()
	}
	// What was claimed is finished even when a stop comes meanwhile: the transaction is short and its deadline is shorter
	// than the lease.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), turnsDeadline)
	defer cancel()
	jobs, err := w.open(ctx, claimed)
	if err != nil {
		return len(claimed), err
	}
	w.findLanguages(ctx, jobs, leave)
	var together []*job
	var failed []error
	for _, j := range jobs {
		if j.claimed.Attempt < singleAttempt {
			together = append(together, j)
			continue
		}
		j.plain = j.claimed.Attempt >= plainAttempt
		leave()
		if err := w.turns(ctx, []*job{j}); err != nil {
			failed = append(failed, err)
		}
	}
	if len(together) > 0 {
		err := w.turns(ctx, together)
		if err != nil && len(together) > 1 {
			// One lease that ended, one button pressed in two processes, one row the store refuses: none of them may hold
			// up the others. A store that is gone fails twice in a row, and that ends it.
			leave()
			err = w.oneByOne(ctx, together)
		}
		if err != nil && !fault.Is(err, fault.Lost) {
			failed = append(failed, err)
		}
	}
	w.cfg.Metrics.TurnBatch(len(claimed), w.cfg.Clock.Now().Sub(began))
	return len(claimed), errors.Join(failed...)
}

func (w *Worker) oneByOne(ctx context.Context, jobs []*job) error {
	var last error
	inARow := 0
	for _, j := range jobs {
		err := w.turns(ctx, []*job{j})
		switch {
		case err == nil || fault.Is(err, fault.Lost):
			inARow = 0
		default:
			last = err
			inARow++
		}
		if inARow >= 2 {
			break
		}
	}
	return last
}

// open unseals and decodes. What cannot be opened now or ever is given up, the rest goes on.
func (w *Worker) open(ctx context.Context, claimed []queue.Claimed) ([]*job, error) {
	nowMS := clock.Millis(w.cfg.Clock)
	jobs := make([]*job, 0, len(claimed))
	hopeless := map[string][]int64{}
	for _, c := range claimed {
		if c.Attempt > lastAttempt {
			hopeless[gaveUpAttempts] = append(hopeless[gaveUpAttempts], c.ID)
			continue
		}
		j := &job{claimed: c, pinned: w.cfg.Language}
		if c.Payload != nil {
			key, err := w.keys.get(ctx, c.KeyID)
			if fault.Is(err, fault.NotFound) {
				hopeless[gaveUpKeyGone] = append(hopeless[gaveUpKeyGone], c.ID)
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("bot: inbox key: %w", err)
			}
			payload, err := key.Open(c.Payload, string(c.EventID))
			if err != nil {
				hopeless[gaveUpUnreadable] = append(hopeless[gaveUpUnreadable], c.ID)
				continue
			}
			j.key = key
			w.decode(j, payload, nowMS)
		}
		jobs = append(jobs, j)
	}
	for reason, rows := range hopeless {
		if err := w.cfg.Inbox.GiveUp(ctx, nowMS, rows, reason); err != nil {
			return nil, fmt.Errorf("bot: give up: %w", err)
		}
		w.cfg.Metrics.Turns("given_up", len(rows))
		w.cfg.Log.Error("events given up", zap.String("reason", reason), zap.Int("events", len(rows)))
	}
	return jobs, nil
}

// decode reads the event. A panic in reading it leaves an event that is done without an answer being made of it, unless
// its token was read already.
func (w *Worker) decode(j *job, payload []byte, nowMS int64) {
	defer func() {
		if recover() != nil {
			w.cfg.Log.Error("an event could not be read", zap.String("event", w.cfg.Ring.LogID(string(j.claimed.EventID))))
			w.cfg.Metrics.Turns("failed", 1)
			j.decoded, j.plain = decode(payload, w.cfg.Ring, j.claimed.Subject, nowMS, unrecognised), true
		}
	}()
	j.decoded = decode(payload, w.cfg.Ring, j.claimed.Subject, nowMS, w.cfg.Recognise)
}

// turns runs the jobs in one transaction.
func (w *Worker) turns(ctx context.Context, jobs []*job) error {
	nowMS := clock.Millis(w.cfg.Clock)
	needs := make([]turn.Need, len(jobs))
	for i, j := range jobs {
		need := j.decoded.need(w.cfg.Ring)
		if j.plain {
			need = turn.Need{}
		}
		need.RowID, need.EventID, need.Subject = j.claimed.ID, j.claimed.EventID, j.claimed.Subject
		need.MessageHash = j.claimed.MessageHash
		needs[i] = need
	}
	engine := w.cfg.Engine()
	spent := make([]time.Duration, len(jobs))
	outs, err := w.cfg.Inbox.Turns(ctx, nowMS, senderLeaseMS, needs, func(persons []turn.Person) ([]turn.Outcome, error) {
		if len(persons) != len(jobs) {
			return nil, fmt.Errorf("bot: %d persons for %d needs", len(persons), len(jobs))
		}
		outcomes := make([]turn.Outcome, len(jobs))
		for i, j := range jobs {
			began := w.cfg.Clock.Now()
			outcomes[i] = w.turner.decide(j, &persons[i], engine, nowMS)
			spent[i] = w.cfg.Clock.Now().Sub(began)
		}
		return outcomes, nil
	})
	if err != nil {
		end := "failed"
		if fault.Is(err, fault.Lost) {
			end = "lost"
		}
		w.cfg.Metrics.Turns(end, len(jobs))
		return fmt.Errorf("bot: turns: %w", err)
	}
	if len(outs) > 0 {
		w.cfg.Enqueue(outs)
	}
	w.report(jobs, spent)
	return nil
}

// report writes one line a turn: what was understood and what followed, never what was said.
func (w *Worker) report(jobs []*job, spent []time.Duration) {
	ends := map[string]int{}
	for i, j := range jobs {
		ends[j.end]++
		w.turner.notices.markStored(j.notices)
		if j.panicky {
			ends["failed"]++
			w.cfg.Log.Error("a turn panicked", zap.String("event", w.cfg.Ring.LogID(string(j.claimed.EventID))))
		}
		if entry := w.cfg.Log.Check(zap.InfoLevel, "turn"); entry != nil {
			entry.Write(
				zap.String("event", w.cfg.Ring.LogID(string(j.claimed.EventID))), zap.Uint8("before", uint8(j.before)),
				zap.Uint8("after", uint8(j.after)), zap.String("intent", j.decoded.intent()), zap.Int("effects", j.effects),
				zap.String("end", j.end), zap.Float64("ms", float64(spent[i].Microseconds())/1000),
			)
		}
	}
	for end, n := range ends {
		w.cfg.Metrics.Turns(end, n)
	}
}

// findLanguages learns the language of persons who have none stored, once each, within a short deadline. Whoever is not
// learned in time is answered in Japanese and asked about next time.
func (w *Worker) findLanguages(ctx context.Context, jobs []*job, leave func()) {
	if w.cfg.Language != "" {
		return
	}
	var ask []ids.Subject
	for _, j := range jobs {
		if j.decoded.userID == "" || j.decoded.event == nil {
			continue
		}
		if lang, ok := w.languages.get(j.claimed.Subject); ok {
			j.lang = lang
			continue
		}
		ask = append(ask, j.claimed.Subject)
	}
	if len(ask) == 0 {
		return
	}
	stored, err := w.cfg.Inbox.Languages(ctx, ask)
	if err != nil {
		return // the turn will meet the same store and say so
	}
	var strangers []*job
	for _, j := range jobs {
		if j.decoded.userID == "" || j.decoded.event == nil || j.lang != "" {
			continue
		}
		if lang := stored[j.claimed.Subject]; lang != "" {
			j.lang = lang
			w.languages.put(j.claimed.Subject, lang)
		} else if j.decoded.token != "" {
			strangers = append(strangers, j)
		}
	}
	if len(strangers) > 0 {
		leave()
		w.askProfiles(ctx, strangers)
	}
}

package bot

import (
	"container/heap"
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"osusume/bot/line"
	"osusume/internal/clock"
	"osusume/internal/keyring"
	"osusume/internal/queue"
)

// SenderLeaseMS is how long a message belongs to the process that took it, in milliseconds. It covers one attempt with
// room to spare, and is short enough that what a killed process held is answered within the contract's 10 s.
const SenderLeaseMS = 6_000

// The times of the sender, in milliseconds. No attempt runs past the lease of its message, less leaseMargin: another
// process may take the message the moment the lease ends.
const (
	replyTimeout  = 3_000
	pushTimeout   = 5_000
	leaseMargin   = 150
	leastAttempt  = 300    // what is left of a lease must allow at least this much of an attempt
	longestHold   = 3_000  // a retry further away than this is left to the store, so that our death delays none beyond 10 s
	recordAhead   = 1_000  // what is left of a lease when anything but "sent" is put into the store
	recordPoll    = 50     // how often to look whether such a lease was renewed
	recordGiveUp  = 12_000 // after the end of a lease, the message is another process's
	recordLinger  = 20     // results wait this long for company
	recordBatch   = 256    // and no longer once there are so many
	claimBatch    = 256    // messages asked for at once
	claimPoll     = 200    // how often to look for messages nobody handed us
	storeTimeout  = 3_000  // one call to the store
	stopAttempts  = 6_000  // how long Stop waits for running attempts
	stopRecording = 3_000  // and after that for their results to be stored
	trouble       = 200    // wait after something other than LINE failed
	pauseFirst    = 1_000  // pushes after a 429 for speed
	pauseLongest  = 60_000 // and for the month
)

// Speaker is what the sender needs of LINE. *line.Client implements it.
type Speaker interface {
	Reply(ctx context.Context, body []byte) line.Result
	Push(ctx context.Context, body []byte, retryKey string) line.Result
}

// SenderMetrics counts what is sent.
type SenderMetrics interface {
	// Attempted counts one call to LINE.
	Attempted(kind queue.OutKind, outcome queue.Outcome, took time.Duration)
	// Ended counts a message that will not be tried again.
	Ended(kind queue.OutKind, state queue.OutState)
}

// SenderConfig is what a Sender needs.
type SenderConfig struct {
	Outbox  Outbox
	Client  Speaker
	OpenKey func(ctx context.Context, keyID int64) (keyring.DataKey, error) // fault.NotFound when it was destroyed
	Gate    Gate
	Clock   clock.Clock
	Jitter  func() float64 // in [0,1)
	Log     *zap.Logger

	Metrics     SenderMetrics // may be nil
	Concurrency int           // calls to LINE at once; 0 means 256
	Room        int           // messages held in memory; 0 means 4,096. What does not fit stays in the store
}

// Sender delivers the outbox: what it is handed by the worker at once, and what the store has left over from retries
// and from processes that died. It never makes two attempts at one message at a time, and follows queue.Next alone in
// whether to make another.
type Sender struct {
	cfg SenderConfig

	mu       sync.Mutex
	work     *sync.Cond // something is ready, or the sender stops
	held     map[int64]*sending
	replies  []*sending // ready now
	pushes   []*sending // ready now; they yield to replies
	delayed  delayedHeap
	pending  map[int64]queue.Result // not yet in the store, the newest a message
	gone     map[int64]bool         // dropped from held while a claim was running
	claiming bool
	pushing  int // pushes in flight
	state    senderState
	pause    pushPause
	keys     map[int64]keyring.DataKey

	timerKick, recordKick, recordFull, claimKick chan struct{}
	stopping                                     chan struct{} // closed by Stop
	attemptsOver                                 chan struct{} // closed when no attempt will follow
	attempts, keepers, recorder                  sync.WaitGroup
	stopped                                      chan struct{}
}

type senderState uint8

const (
	senderNew senderState = iota
	senderRunning
	senderStopping
)

// sending is a message in this process's hands.
type sending struct {
	out      queue.Out
	leaseMS  int64 // until when nobody else takes it
	dueMS    int64 // when delayed
	inFlight bool
	released bool // to be forgotten here once the store knows
	known    int  // attempts the store counts, as far as we were told
	free     bool // the store counts no lease as running, since we told it a time to wait for
	doubt    bool // another process had the message after us
}

// NewSender checks the configuration.
func NewSender(cfg SenderConfig) (*Sender, error) {
	if cfg.Outbox == nil || cfg.Client == nil || cfg.OpenKey == nil || cfg.Gate == nil || cfg.Clock == nil || cfg.Jitter == nil || cfg.Log == nil {
		return nil, errors.New("bot: the sender needs Outbox, Client, OpenKey, Gate, Clock, Jitter and Log")
	}
	if cfg.Metrics == nil {
		cfg.Metrics = noSenderMetrics{}
	}
	if cfg.Concurrency <= 0 {
		cfg.Concurrency = 256
	}
	if cfg.Room <= 0 {
		cfg.Room = 4_096
	}
	s := &Sender{
		cfg: cfg, held: map[int64]*sending{}, pending: map[int64]queue.Result{}, gone: map[int64]bool{},
		keys: map[int64]keyring.DataKey{}, timerKick: make(chan struct{}, 1), recordKick: make(chan struct{}, 1),
		recordFull: make(chan struct{}, 1), claimKick: make(chan struct{}, 1), stopping: make(chan struct{}),
		attemptsOver: make(chan struct{}), stopped: make(chan struct{}),
	}
	s.work = sync.NewCond(&s.mu)
	return s, nil
}

// Start begins to deliver. Of ctx only the values are used: Stop ends the sender, so that a cancelled ctx cannot break
// off a call whose outcome would then be unknown.
func (s *Sender) Start(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != senderNew {
		return
	}
	s.state = senderRunning
	recordCtx, endRecords := context.WithCancel(context.WithoutCancel(ctx))
	ctx, endAttempts := context.WithCancel(recordCtx)
	for range s.cfg.Concurrency {
		s.attempts.Go(func() { s.runAttempts(ctx) })
	}
	s.keepers.Go(s.runTimer)
	s.keepers.Go(func() { s.runClaims(ctx) })
	s.recorder.Go(func() { s.runRecords(recordCtx) })
	go s.wind(endAttempts, endRecords)
}

// Stop lets running attempts end, gives back what was not begun, stores the results, and returns within 10 s. It may
// be called more than once, and before Start.
func (s *Sender) Stop() {
	s.mu.Lock()
	was := s.state
	s.state = senderStopping
	if was != senderStopping {
		close(s.stopping)
	}
	if was == senderNew {
		close(s.stopped)
	}
	s.work.Broadcast()
	s.mu.Unlock()
	<-s.stopped
}

// wind waits for Stop and ends everything in order.
func (s *Sender) wind(endAttempts, endRecords context.CancelFunc) {
	defer close(s.stopped)
	<-s.stopping
	over := time.AfterFunc(stopAttempts*time.Millisecond, endAttempts)
	s.attempts.Wait()
	s.keepers.Wait()
	over.Stop()
	endAttempts()
	s.giveBack()
	end := time.AfterFunc(stopRecording*time.Millisecond, endRecords)
	close(s.attemptsOver)
	s.recorder.Wait()
	end.Stop()
	endRecords()
}

// Enqueue takes messages that the store has just leased to this process until their BornMS + SenderLeaseMS. What finds
// no room is left to the store, from which any process fetches it when the lease ends.
func (s *Sender) Enqueue(outs []queue.Out) {
	now := clock.Millis(s.cfg.Clock)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != senderRunning {
		return
	}
	for _, out := range outs {
		leased := now
		if out.BornMS <= now && out.BornMS > now-SenderLeaseMS {
			leased = out.BornMS
		}
		if len(s.held) < s.cfg.Room {
			s.take(out, leased+SenderLeaseMS)
		}
	}
}

// Wake makes the sender look into the outbox now.
func (s *Sender) Wake() { kick(s.claimKick) }

// take begins to hold a message; the caller has the lock.
func (s *Sender) take(out queue.Out, leaseMS int64) {
	if one, here := s.held[out.ID]; here {
		// The store counts each lease that ran out as an attempt. More of them than ours means that another process had
		// the message in between.
		expect := one.known
		if !one.free {
			expect++
		}
		one.doubt = one.doubt || out.Attempt > expect
		one.leaseMS, one.known, one.free = max(one.leaseMS, leaseMS), max(one.known, out.Attempt), false
		return
	}
	one := &sending{out: out, leaseMS: leaseMS, known: out.Attempt}
	s.held[out.ID] = one
	s.ready(one)
}

// ready puts a held message in line for an attempt; the caller has the lock.
func (s *Sender) ready(one *sending) {
	if one.out.Kind == queue.Push {
		s.pushes = append(s.pushes, one)
	} else {
		s.replies = append(s.replies, one)
	}
	s.work.Signal()
}

// delay puts a held message aside until dueMS; the caller has the lock.
func (s *Sender) delay(one *sending, dueMS int64) {
	one.dueMS = dueMS
	heap.Push(&s.delayed, one)
	if s.delayed[0] == one {
		kick(s.timerKick)
	}
}

// drop forgets a message; the caller has the lock.
func (s *Sender) drop(id int64) {
	delete(s.held, id)
	if s.claiming {
		s.gone[id] = true
	}
}

// next waits for a message to attempt; nil means stop.
func (s *Sender) next() *sending {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		var one *sending
		switch {
		case s.state != senderRunning:
			return nil
		case len(s.replies) > 0:
			one, s.replies = pop(s.replies)
		case len(s.pushes) > 0 && s.pushing < max(1, s.cfg.Concurrency/2):
			one, s.pushes = pop(s.pushes)
			s.pushing++
		default:
			s.work.Wait()
			continue
		}
		one.inFlight = true
		return one
	}
}

func pop(list []*sending) (*sending, []*sending) {
	one := list[0]
	list[0] = nil
	if len(list) == 1 {
		return one, nil
	}
	return one, list[1:]
}

// runTimer moves delayed messages into line when they are due.
func (s *Sender) runTimer() {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		s.mu.Lock()
		now := clock.Millis(s.cfg.Clock)
		for len(s.delayed) > 0 && s.delayed[0].dueMS <= now {
			s.ready(heap.Pop(&s.delayed).(*sending))
		}
		wait := time.Hour
		if len(s.delayed) > 0 {
			wait = time.Duration(s.delayed[0].dueMS-now) * time.Millisecond
		}
		s.mu.Unlock()
		timer.Reset(wait)
		select {
		case <-s.stopping:
			return
		case <-s.timerKick:
		case <-timer.C:
		}
	}
}

// runClaims fetches what nobody handed us: due retries, and what dead processes left.
func (s *Sender) runClaims(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	failing := false
	for {
		select {
		case <-s.stopping:
			return
		case <-s.claimKick:
		case <-timer.C:
		}
		for {
			full, err := s.claim(ctx)
			if (err != nil) != failing {
				failing = err != nil
				if failing {
					s.cfg.Log.Error("outbox cannot be read", zap.Error(err))
				} else {
					s.cfg.Log.Info("outbox can be read again")
				}
			}
			if err != nil || !full {
				break
			}
		}
		timer.Reset(claimPoll * time.Millisecond)
	}
}

// claim makes one look; full says that there may be more and there is room for it.
func (s *Sender) claim(ctx context.Context) (full bool, err error) {
	s.mu.Lock()
	limit := min(claimBatch, s.cfg.Room-len(s.held))
	if limit <= 0 || s.state != senderRunning {
		s.mu.Unlock()
		return false, nil
	}
	s.claiming = true
	s.mu.Unlock()
	now := clock.Millis(s.cfg.Clock)
	ctx, cancel := context.WithTimeout(ctx, storeTimeout*time.Millisecond)
	outs, err := s.cfg.Outbox.ClaimOut(ctx, now, SenderLeaseMS, limit)
	cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, out := range outs {
		// A message that ended here while the store was answering may still stand in the answer.
		if !s.gone[out.ID] {
			s.take(out, now+SenderLeaseMS)
		}
	}
	s.claiming = false
	clear(s.gone)
	return err == nil && len(outs) == limit, err
}

func kick(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// delayedHeap orders messages by when they are due.
type delayedHeap []*sending

func (h delayedHeap) Len() int           { return len(h) }
func (h delayedHeap) Less(i, j int) bool { return h[i].dueMS < h[j].dueMS }
func (h delayedHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *delayedHeap) Push(x any)        { *h = append(*h, x.(*sending)) }

func (h *delayedHeap) Pop() any {
	old := *h
	one := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return one
}

type noSenderMetrics struct{}

func (noSenderMetrics) Attempted(queue.OutKind, queue.Outcome, time.Duration) {}
func (noSenderMetrics) Ended(queue.OutKind, queue.OutState)                   {}

package bot

import (
	"context"
	"crypto/rand"
	"io"
	"sync"
	"time"

	"go.uber.org/zap"

	"osusume/bot/render"
	"osusume/dialog"
	"osusume/internal/clock"
	"osusume/internal/ids"
	"osusume/internal/keyring"
	"osusume/internal/phrase"
	"osusume/internal/queue"
)

// Profiles asks LINE for a person's language. bot/line implements it.
type Profiles interface {
	// Language gives the BCP 47 tag of the person's LINE profile, empty when LINE gives none.
	Language(ctx context.Context, lineUserID string) (string, error)
}

// TurnMetrics counts what the worker does. obs.Metrics implements it.
type TurnMetrics interface {
	// TurnBatch counts one batch of turns.
	TurnBatch(events int, took time.Duration)
	// Turns counts n events that ended as answered, silent, given_up, lost or failed.
	Turns(end string, n int)
}

// WorkerConfig is what a Worker stands on. Inbox, Enqueue, Engine, Ring, Shop and Clock are required.
type WorkerConfig struct {
	Inbox     Inbox
	Enqueue   func([]queue.Out) // hands the leased answers to the sender; must not block for long
	Engine    func() Engine     // the engine in force; asked once a batch
	Ring      *keyring.Ring
	Profiles  Profiles // nil: everybody without a stored language is answered in Japanese
	Language  ids.Lang // pins one language for everybody; empty: each person's own
	Shop      render.Shop
	Phrases   phrase.Table // nil: the built-in ones
	Clock     clock.Clock
	Random    io.Reader // nil: the system's; must be safe for concurrent use
	Log       *zap.Logger
	Metrics   TurnMetrics
	Loops     int                                                                            // batches worked on at the same time at most; 0 = 3
	BatchSize int                                                                            // events in a batch; 0 = 256
	Recognise func(string) dialog.Recognised                                                 // nil: dialog.Recognise
	Step      func(dialog.State, dialog.Event, dialog.Facts) (dialog.State, []dialog.Effect) // nil: dialog.Step
}

const (
	leaseMS       = 5_000
	idlePoll      = 100 * time.Millisecond
	longestWait   = 2 * time.Second // between attempts while the store fails
	turnsDeadline = 4 * time.Second // inside the lease, so that a slow transaction does not outlive it
	stopDeadline  = 10 * time.Second
	singleAttempt = 3 // from this attempt on an event runs alone, so that it cannot fail others
	plainAttempt  = 5 // … is answered with an apology only
	lastAttempt   = 8 // … and after this one it is given up
)

// Worker claims events in batches, runs their turns and hands the answers to the sender.
type Worker struct {
	cfg       WorkerConfig
	turner    *turner
	keys      *keyCache
	languages *languageCache
	wake      chan struct{}
	turnstile turnstile

	mu      sync.Mutex
	cancel  context.CancelFunc
	running sync.WaitGroup
	stopped bool
}

// NewWorker makes a worker that has not started.
func NewWorker(cfg WorkerConfig) *Worker {
	if cfg.Phrases == nil {
		cfg.Phrases = phrase.Builtin()
	}
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	if cfg.Metrics == nil {
		cfg.Metrics = noMetrics{}
	}
	if cfg.Loops <= 0 {
		cfg.Loops = 3
	}
	if cfg.BatchSize <= 0 {
		cfg.BatchSize = 256
	}
	if cfg.Recognise == nil {
		cfg.Recognise = dialog.Recognise
	}
	if cfg.Step == nil {
		cfg.Step = dialog.Step
	}
	return &Worker{
		cfg: cfg,
		turner: &turner{
			ring: cfg.Ring, shop: cfg.Shop, phrases: cfg.Phrases, random: cfg.Random, recognise: cfg.Recognise,
			step: cfg.Step, notices: &noticeCache{},
		},
		keys:      newKeyCache(cfg.Inbox, cfg.Ring),
		languages: newLanguageCache(languagesKept),
		wake:      make(chan struct{}, cfg.Loops),
		turnstile: newTurnstile(),
	}
}

// Wake tells the worker that there may be events now, so that it need not wait for its next look.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Start begins to work, once. It does nothing after Stop.
func (w *Worker) Start() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cancel != nil || w.stopped {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	for range w.cfg.Loops {
		w.running.Add(1)
		go func() {
			defer w.running.Done()
			w.loop(ctx)
		}()
	}
}

// Stop ends the work. A batch under way is finished when it can be within ten seconds; what is left is done by whoever
// claims it after its lease. Stop may come before Start, and twice.
func (w *Worker) Stop() {
	w.mu.Lock()
	w.stopped = true
	cancel := w.cancel
	w.mu.Unlock()
	if cancel == nil {
		return
	}
	cancel()
	done := make(chan struct{})
	go func() {
		w.running.Wait()
		close(done)
	}()
	timer := time.NewTimer(stopDeadline)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		w.cfg.Log.Warn("worker did not stop in time")
	}
}

func (w *Worker) loop(ctx context.Context) {
	wait := idlePoll
	for {
		leave, ok := w.turnstile.enter(ctx)
		if !ok {
			return
		}
		n, err := w.once(ctx, leave)
		switch {
		case err != nil && ctx.Err() == nil:
			leave()
			w.cfg.Log.Warn("turns failed", zap.Error(err), zap.Duration("wait", wait))
			w.pause(ctx, wait, false)
			wait = min(2*wait, longestWait)
		case n == 0:
			wait = idlePoll
			w.pause(ctx, wait, true) // inside the turnstile: while there is nothing to do, one loop looks for all
		default:
			wait = idlePoll
		}
		leave()
	}
}

// turnstile lets one loop at a time claim and work. What arrives meanwhile gathers for the next batch: a batch is some
// twenty statements and a commit whatever its size, so loops that compete for a few events each are the dearest way to
// answer them. The next loop comes in early where waiting gains nothing: see Worker.once.
type turnstile struct {
	turn     chan struct{}
	overtake time.Duration
}

// overtake is how long a batch keeps the next one waiting. It is longer than an ordinary batch takes.
const overtake = 200 * time.Millisecond

func newTurnstile() turnstile {
	t := turnstile{turn: make(chan struct{}, 1), overtake: overtake}
	t.turn <- struct{}{}
	return t
}

// enter waits for the turn. leave gives it on; it may be called more than once, and is called by itself after overtake.
// ok is false when ctx ended.
func (t turnstile) enter(ctx context.Context) (leave func(), ok bool) {
	select {
	case <-ctx.Done():
		return nil, false
	case <-t.turn:
	}
	if ctx.Err() != nil {
		t.turn <- struct{}{}
		return nil, false
	}
	once := sync.OnceFunc(func() { t.turn <- struct{}{} })
	late := time.AfterFunc(t.overtake, once)
	return func() {
		late.Stop()
		once()
	}, true
}

func (w *Worker) pause(ctx context.Context, wait time.Duration, wakeable bool) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	wake := w.wake
	if !wakeable {
		wake = nil
	}
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-wake:
	}
}

type noMetrics struct{}

func (noMetrics) TurnBatch(int, time.Duration) {}
func (noMetrics) Turns(string, int)            {}

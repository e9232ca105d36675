package bot

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"osusume/internal/clock"
)

// Task is work done again and again beside the conversations: sealing the ledger, removing what is past its retention,
// looking for a newer model.
type Task struct {
	Name     string        // for the log
	Every    time.Duration // from the end of one run to the start of the next
	Deadline time.Duration // of one run; 0 = Every, but at least a second
	Run      func(ctx context.Context, nowMS int64) error
}

// Scheduler runs tasks, each in its own time: a slow one does not delay another, and none runs twice at once.
type Scheduler struct {
	clock clock.Clock
	log   *zap.Logger
	tasks []Task

	mu      sync.Mutex
	cancel  context.CancelFunc
	running sync.WaitGroup
	stopped bool
}

// NewScheduler makes a scheduler that has not started.
func NewScheduler(c clock.Clock, log *zap.Logger, tasks ...Task) *Scheduler {
	if log == nil {
		log = zap.NewNop()
	}
	return &Scheduler{clock: c, log: log, tasks: tasks}
}

// Start begins, once; each task runs for the first time at once. It does nothing after Stop.
func (s *Scheduler) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel != nil || s.stopped {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	for _, task := range s.tasks {
		s.running.Add(1)
		go func() {
			defer s.running.Done()
			s.repeat(ctx, task)
		}()
	}
}

// Stop cancels what runs and waits for it. It may come before Start, and twice.
func (s *Scheduler) Stop() {
	s.mu.Lock()
	s.stopped = true
	cancel := s.cancel
	s.mu.Unlock()
	if cancel != nil {
		cancel()
		s.running.Wait()
	}
}

func (s *Scheduler) repeat(ctx context.Context, task Task) {
	for ctx.Err() == nil {
		s.once(ctx, task)
		timer := time.NewTimer(task.Every)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (s *Scheduler) once(ctx context.Context, task Task) {
	deadline := task.Deadline
	if deadline <= 0 {
		deadline = max(task.Every, time.Second)
	}
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	defer func() {
		if recover() != nil {
			s.log.Error("task panicked", zap.String("task", task.Name))
		}
	}()
	if err := task.Run(ctx, clock.Millis(s.clock)); err != nil && ctx.Err() == nil {
		s.log.Warn("task failed", zap.String("task", task.Name), zap.Error(err))
	}
}

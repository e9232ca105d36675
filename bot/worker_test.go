package bot_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"osusume/bot"
	"osusume/dialog"
	"osusume/internal/clock"
	"osusume/internal/queue"
	"osusume/internal/turn"
)

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !done() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func TestTheWorkerAnswersWhatComesAndStopsWhenTold(t *testing.T) {
	t.Parallel()
	answered := make(chan queue.Out, 10)
	s := newStage(t, plain, func(c *bot.WorkerConfig) {
		c.Enqueue = func(outs []queue.Out) {
			for _, out := range outs {
				answered <- out
			}
		}
	})
	s.worker.Start()
	s.worker.Start()
	s.put(s.ring.Subject(alice), s.text(alice, "おすすめ"))
	s.worker.Wake()
	select {
	case <-answered:
	case <-time.After(10 * time.Second):
		t.Fatal("no answer")
	}
	began := time.Now()
	s.worker.Stop()
	s.worker.Stop()
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("stopping an idle worker took %v", took)
	}
	s.worker.Start()
	s.put(s.ring.Subject(bob), s.text(bob, "おすすめ"))
	s.worker.Wake()
	select {
	case <-answered:
		t.Error("a stopped worker works")
	case <-time.After(250 * time.Millisecond):
	}
	newStage(t, plain).worker.Stop()
}

func TestTheWorkerGoesOnWhenTheStoreComesBack(t *testing.T) {
	t.Parallel()
	var answered atomic.Int32
	s := newStage(t, plain, func(c *bot.WorkerConfig) {
		c.Enqueue = func(outs []queue.Out) { answered.Add(int32(len(outs))) }
	})
	s.memory.down = true
	s.put(s.ring.Subject(alice), s.text(alice, "おすすめ"))
	s.worker.Start()
	defer s.worker.Stop()
	waitFor(t, "a failure", func() bool { return strings.Contains(s.log.String(), "turns failed") })
	s.memory.mu.Lock()
	s.memory.down = false
	s.memory.mu.Unlock()
	waitFor(t, "the answer", func() bool { return answered.Load() == 1 })
}

func TestAnEventWhoseKeyIsGoneIsGivenUp(t *testing.T) {
	t.Parallel()
	s := newStage(t, plain)
	s.memory.noKey = true
	s.put(s.ring.Subject(alice), s.text(alice, "おすすめ"))
	s.run()
	if s.memory.gaveUp[1] != "key_gone" {
		t.Errorf("given up: %v", s.memory.gaveUp)
	}
}

func TestASlowProfileDoesNotHoldUpTheAnswer(t *testing.T) {
	t.Parallel()
	s := newStage(t, plain, func(c *bot.WorkerConfig) { c.Profiles = slowProfiles{} })
	began := time.Now()
	if r := s.say(alice, "おすすめ"); !r.says("急須") {
		t.Errorf("%q", r.texts)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("the answer took %v", took)
	}
}

type slowProfiles struct{}

func (slowProfiles) Language(ctx context.Context, _ string) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

// batchSizes notes how many events each batch had.
type batchSizes struct{ c chan int }

func (b batchSizes) TurnBatch(events int, _ time.Duration) { b.c <- events }
func (batchSizes) Turns(string, int)                       {}

func TestEventsGatherWhileABatchIsUnderWay(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}, 3), make(chan struct{})
	sizes := batchSizes{make(chan int, 3)}
	s := newStage(t, plain, func(c *bot.WorkerConfig) {
		c.Metrics = sizes
		c.Recognise = func(text string) dialog.Recognised {
			begun <- struct{}{}
			<-release
			return dialog.Recognise(text)
		}
	})
	bot.NeverOvertake(s.worker)
	s.put(s.ring.Subject(alice), s.text(alice, "おすすめ"))
	s.worker.Start()
	defer s.worker.Stop()
	<-begun
	s.put(s.ring.Subject(bob), s.text(bob, "おすすめ"))
	s.worker.Wake()
	time.Sleep(20 * time.Millisecond) // nothing may happen, which cannot be waited for
	s.put(s.ring.Subject("U"+strings.Repeat("c", 32)), s.text("U"+strings.Repeat("c", 32), "おすすめ"))
	s.worker.Wake()
	close(release)
	if first, second := <-sizes.c, <-sizes.c; first != 1 || second != 2 {
		t.Errorf("batches of %d and %d events", first, second)
	}
}

func TestABatchThatWaitsForLINEOrIsFullLetsTheNextBegin(t *testing.T) {
	t.Parallel()
	t.Run("a profile that does not come", func(t *testing.T) {
		t.Parallel()
		stuck := make(chan struct{})
		answered := make(chan struct{}, 2)
		s := newStage(t, plain, func(c *bot.WorkerConfig) {
			c.Profiles = profileOf(func(ctx context.Context, user string) {
				if user == alice {
					close(stuck)
					<-ctx.Done()
				}
			})
			c.Enqueue = func([]queue.Out) { answered <- struct{}{} }
		})
		bot.NeverOvertake(s.worker)
		s.put(s.ring.Subject(alice), s.text(alice, "おすすめ"))
		s.worker.Start()
		defer s.worker.Stop()
		<-stuck
		began := time.Now()
		s.put(s.ring.Subject(bob), s.text(bob, "おすすめ"))
		s.worker.Wake()
		<-answered
		if took := time.Since(began); took > 600*time.Millisecond {
			t.Errorf("the next batch waited %v for another's profile", took)
		}
	})
	t.Run("a full batch", func(t *testing.T) {
		t.Parallel()
		begun, release := make(chan struct{}, 2), make(chan struct{})
		s := newStage(t, plain, func(c *bot.WorkerConfig) {
			c.BatchSize = 1
			c.Recognise = func(text string) dialog.Recognised {
				begun <- struct{}{}
				<-release
				return dialog.Recognise(text)
			}
		})
		bot.NeverOvertake(s.worker)
		s.put(s.ring.Subject(alice), s.text(alice, "おすすめ"))
		s.put(s.ring.Subject(bob), s.text(bob, "おすすめ"))
		s.worker.Start()
		defer s.worker.Stop()
		defer close(release)
		for range 2 {
			select {
			case <-begun:
			case <-time.After(10 * time.Second):
				t.Fatal("the second batch did not begin")
			}
		}
	})
}

type profileOf func(ctx context.Context, user string)

func (f profileOf) Language(ctx context.Context, user string) (string, error) {
	f(ctx, user)
	return "ja", ctx.Err()
}

func TestTasksRunAgainEachInItsOwnTime(t *testing.T) {
	t.Parallel()
	var good, bad, stuck atomic.Int32
	s := bot.NewScheduler(clock.System{}, nil,
		bot.Task{Name: "good", Every: time.Millisecond, Run: func(context.Context, int64) error { good.Add(1); return nil }},
		bot.Task{Name: "bad", Every: time.Millisecond, Run: func(context.Context, int64) error {
			if bad.Add(1)%2 == 0 {
				panic("task")
			}
			return errors.New("task")
		}},
		bot.Task{Name: "stuck", Every: time.Millisecond, Deadline: 5 * time.Millisecond, Run: func(ctx context.Context, _ int64) error {
			stuck.Add(1)
			<-ctx.Done()
			return ctx.Err()
		}},
	)
	s.Start()
	waitFor(t, "all three to run again", func() bool { return good.Load() > 3 && bad.Load() > 3 && stuck.Load() > 2 })
	s.Stop()
	s.Stop()
	after := good.Load()
	time.Sleep(10 * time.Millisecond)
	if good.Load() != after {
		t.Error("a task runs after Stop")
	}
}

func BenchmarkTurn(b *testing.B) {
	s := consented(b, func(c *bot.WorkerConfig) { c.Step = plainStep; c.Log = nil; c.Random = nil })
	subject := s.ring.Subject(alice)
	b.ReportAllocs()
	b.StopTimer()
	const batch = 100
	for n := 0; n < b.N; n += batch {
		s.memory.events = s.memory.events[:0]
		for range min(batch, b.N-n) {
			s.put(subject, s.text(alice, "おすすめ"))
		}
		person := s.memory.person(turn.Need{Subject: subject, History: true}, s.nowMS())
		b.StartTimer()
		for _, e := range s.memory.events {
			o := bot.TurnForBenchmark(s.worker, e.Claimed, &person, shopEngine{}, s.nowMS())
			if len(o.Out) != 1 || len(o.Shown) != 3 {
				b.Fatal("not the turn that was meant")
			}
		}
		b.StopTimer()
	}
}

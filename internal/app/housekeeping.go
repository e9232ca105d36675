package app

import (
	"context"
	"time"

	"go.uber.org/zap"

	"osusume/db"
	"osusume/internal/clock"
)

// housekeep starts what a server does by itself, until ctx ends.
func (s *server) housekeep(ctx context.Context) {
	s.every(ctx, time.Second, "refresh the model", s.models.refresh)
	s.every(ctx, time.Minute, "renew the inbox key", s.keys.renew)
	// A ledger row is chained within a second of its commit.
	s.every(ctx, 500*time.Millisecond, "seal the ledger", s.seal)
	s.every(ctx, 10*time.Minute, "end what has been kept long enough", s.retain)
	s.every(ctx, 10*time.Minute, "learn from purchases", s.models.keepTrained)
	if s.shopName == namelessShop {
		s.every(ctx, 30*time.Second, "ask LINE for the account's name", s.learnName)
	}
}

// every runs the task now and then again after each pause. A failure is logged once until the task succeeds again: a
// database that is away for an hour is one line, not thousands.
func (s *server) every(ctx context.Context, pause time.Duration, what string, task func(context.Context) error) {
	s.tasks.Go(func() {
		failing := false
		for {
			err := task(ctx)
			switch {
			case ctx.Err() != nil:
				return
			case err != nil && !failing:
				s.log.Warn("housekeeping failed", zap.String("task", what), zap.Error(err))
			case err == nil && failing:
				s.log.Info("housekeeping works again", zap.String("task", what))
			}
			failing = err != nil
			if !sleep(ctx, pause) {
				return
			}
		}
	})
}

// sleep waits, and says whether ctx let it.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// learnName puts a worker that knows the shop's name in the place of one that does not.
func (s *server) learnName(ctx context.Context) error {
	if s.shopName != namelessShop {
		return nil
	}
	one, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	account, err := s.client.BotInfo(one)
	if err != nil || account.DisplayName == "" {
		return err
	}
	s.shopName = account.DisplayName
	named := s.newWorker(s.shopName)
	before := s.worker.Swap(named)
	before.Stop()
	named.Start()
	return nil
}

// zoneOffset gives the shop's offset from UTC at an instant, for code that has no time zone data.
func zoneOffset(zone *time.Location) func(utcMS int64) int {
	return func(utcMS int64) int {
		_, offset := time.UnixMilli(utcMS).In(zone).Zone()
		return offset
	}
}

func (s *server) seal(ctx context.Context) error {
	_, err := s.store.SealLedger(ctx)
	return err
}

// retain removes what has been kept long enough, in small steps so that customers do not wait for it.
func (s *server) retain(ctx context.Context) error {
	for {
		removed, err := s.store.PurgeBefore(ctx, db.DefaultRetention(clock.Millis(s.clock)))
		if err != nil || removed == 0 {
			return err
		}
		if !sleep(ctx, 100*time.Millisecond) {
			return ctx.Err()
		}
	}
}

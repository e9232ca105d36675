package clock_test

import (
	"testing"
	"time"

	"osusume/internal/clock"
)

func TestFakeStandsStillUntilMoved(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	f := clock.NewFake(start)
	if got := f.Now(); !got.Equal(start) {
		t.Fatalf("Now() = %v, want %v", got, start)
	}
	if got, want := f.Advance(time.Minute), start.Add(time.Minute); !got.Equal(want) || !f.Now().Equal(want) {
		t.Fatalf("Advance = %v, want %v", got, want)
	}
	f.Set(start)
	if got := clock.Millis(f); got != start.UnixMilli() {
		t.Fatalf("Millis = %d, want %d", got, start.UnixMilli())
	}
}

func TestSystemFollowsTheMachine(t *testing.T) {
	t.Parallel()
	before := time.Now()
	got := clock.System{}.Now()
	if got.Before(before) || got.After(time.Now()) {
		t.Fatalf("Now() = %v is outside the moment of asking", got)
	}
}

// Package clock is the only source of "now" in the shell, so that a test can decide what time it is.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time.
type Clock interface {
	Now() time.Time
}

// System is the machine's clock.
type System struct{}

// Now is the present moment.
func (System) Now() time.Time { return time.Now() }

// Millis is the clock's present moment as UTC milliseconds, the form in which osusume stores and passes time.
func Millis(c Clock) int64 { return c.Now().UnixMilli() }

// Fake is a clock that stands still until it is told to move. Safe for concurrent use; the zero value stands at
// the zero time.
type Fake struct {
	mu  sync.Mutex
	now time.Time
}

// NewFake is a Fake that stands at t.
func NewFake(t time.Time) *Fake { return &Fake{now: t} }

// Now is the moment at which the clock stands.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Set moves the clock to t, backwards too, as a machine's clock may.
func (f *Fake) Set(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = t
}

// Advance moves the clock by d and says the new time.
func (f *Fake) Advance(d time.Duration) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
	return f.now
}

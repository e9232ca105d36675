package app

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// progress shows how far long work has come: a bar that redraws itself on a terminal, a plain line now and then
// elsewhere.
type progress struct {
	w        io.Writer
	what     string
	terminal bool
	pause    time.Duration
	last     time.Time
	drawn    bool
}

func newProgress(w io.Writer, what string) *progress {
	p := &progress{w: w, what: what, terminal: isTerminal(w), pause: 5 * time.Second, last: time.Now()}
	if p.terminal {
		p.pause = 100 * time.Millisecond
	}
	return p
}

// step shows the state if it is time to. share is between 0 and 1; 0 when nobody knows how much there is.
func (p *progress) step(share float64, state string) {
	now := time.Now()
	if now.Sub(p.last) < p.pause {
		return
	}
	p.last = now
	switch {
	case p.terminal && share > 0:
		const width = 30
		filled := min(width, int(share*width))
		fmt.Fprintf(p.w, "\r\x1b[K%s [%s%s] %3.0f%% %s", p.what, strings.Repeat("#", filled), strings.Repeat(".", width-filled), 100*share, state)
	case p.terminal:
		fmt.Fprintf(p.w, "\r\x1b[K%s %s", p.what, state)
	case share > 0:
		fmt.Fprintf(p.w, "%s %.0f%% %s\n", p.what, 100*share, state)
	default:
		fmt.Fprintf(p.w, "%s %s\n", p.what, state)
	}
	p.drawn = p.terminal
}

// end clears the bar, so that what is printed next stands on a line of its own.
func (p *progress) end() {
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}

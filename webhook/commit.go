package webhook

import (
	"context"
	"errors"
	"sync"
	"time"

	"osusume/internal/fault"
	"osusume/internal/ids"
	"osusume/internal/queue"
)

var (
	errFull    = errors.New("webhook: too many events are waiting for the store")
	errStopped = errors.New("webhook: stopping")
)

// waiting is one request's part of a group.
type waiting struct {
	intake queue.Intake
	size   int
	done   chan error // buffered, so that a requester that has gone away holds nobody up
}

// group gathers what requests bring while the store is committing, and commits it together. One commit runs at a time:
// the longer it takes, the more the next one carries.
//
// A request that stopped waiting was told 503, yet its events stay and are stored when the store can: LINE may never
// deliver them again, and if it does, their ids make the second copy harmless.
type group struct {
	inbox   Inbox
	limit   int           // entries in one transaction
	room    int           // entries that may wait
	timeout time.Duration // for one transaction
	stored  func(events int, took time.Duration)

	mu      sync.Mutex
	urgent  []*waiting // those with a withdrawal go first, however long the other line is
	normal  []*waiting
	held    int
	closed  bool
	running bool
	wake    chan struct{}
	ended   chan struct{}
}

func (g *group) put(w *waiting) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	urgent := len(w.intake.Withdrawals) > 0
	switch {
	case g.closed || !g.running:
		return errStopped
	case g.held > 0 && g.held+w.size > g.room && (!urgent || g.held+w.size > 2*g.room):
		return errFull
	}
	g.held += w.size
	if urgent {
		g.urgent = append(g.urgent, w)
	} else {
		g.normal = append(g.normal, w)
	}
	select {
	case g.wake <- struct{}{}:
	default:
	}
	return nil
}

// next takes whole requests up to the limit, at least one. closed is true when nothing will come any more.
func (g *group) next() (batch []*waiting, closed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	size := 0
	for _, line := range []*[]*waiting{&g.urgent, &g.normal} {
		n := 0
		for n < len(*line) && (len(batch) == 0 || size+(*line)[n].size <= g.limit) {
			batch = append(batch, (*line)[n])
			size += (*line)[n].size
			n++
		}
		clear((*line)[:n])
		if *line = (*line)[n:]; len(*line) == 0 {
			*line = nil
		}
	}
	g.held -= size
	return batch, g.closed
}

func (g *group) run(ctx context.Context) {
	defer close(g.ended)
	for {
		batch, closed := g.next()
		if len(batch) > 0 {
			g.commit(ctx, batch)
			continue
		}
		if closed {
			return
		}
		<-g.wake
	}
}

func (g *group) commit(ctx context.Context, batch []*waiting) {
	err := g.append(ctx, batch)
	if err != nil && len(batch) > 1 && fault.Is(err, fault.Invalid) {
		// One request's content was refused. The others must not suffer for it.
		for _, w := range batch {
			w.done <- g.append(ctx, []*waiting{w})
		}
		return
	}
	for _, w := range batch {
		w.done <- err
	}
}

func (g *group) append(ctx context.Context, batch []*waiting) error {
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	began := time.Now()
	n, err := g.inbox.Append(ctx, merge(batch))
	if err == nil {
		g.stored(n, time.Since(began))
	}
	return err
}

// merge joins the intakes. LINE sends an event twice now and then, sometimes in two requests at once; the store ignores
// the second copy, and here it is dropped already so that one statement does not meet the same key twice.
func merge(batch []*waiting) queue.Intake {
	if len(batch) == 1 && batch[0].size == 1 {
		return batch[0].intake
	}
	var out queue.Intake
	seen := make(map[ids.EventID]bool)
	withdrawn := make(map[string]bool)
	for _, w := range batch {
		for _, e := range w.intake.Events {
			if !seen[e.EventID] {
				seen[e.EventID] = true
				out.Events = append(out.Events, e)
			}
		}
		for _, e := range w.intake.Withdrawals {
			if !withdrawn[e.ID] {
				withdrawn[e.ID] = true
				out.Withdrawals = append(out.Withdrawals, e)
			}
		}
		out.Unsends = append(out.Unsends, w.intake.Unsends...)
		out.Bad = append(out.Bad, w.intake.Bad...)
	}
	return out
}

func (g *group) start(ctx context.Context) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.running || g.closed {
		return
	}
	g.running = true
	go g.run(ctx)
}

// stop lets what waits be stored and returns when it is.
func (g *group) stop() {
	g.mu.Lock()
	first := !g.closed
	g.closed = true
	running := g.running
	g.mu.Unlock()
	if first && running {
		select {
		case g.wake <- struct{}{}:
		default:
		}
	}
	if running {
		<-g.ended
	}
}

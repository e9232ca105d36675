package bot

import (
	"context"
	"time"

	"osusume/internal/queue"
	"osusume/internal/turn"
)

// TurnForBenchmark is everything the worker computes for one event between claim and write.
func TurnForBenchmark(w *Worker, c queue.Claimed, p *turn.Person, engine Engine, nowMS int64) turn.Outcome {
	jobs, err := w.open(context.Background(), []queue.Claimed{c})
	if err != nil {
		panic(err)
	}
	jobs[0].decoded.need(w.cfg.Ring)
	return w.turner.decide(jobs[0], p, engine, nowMS)
}

// NeverOvertake lets no batch begin before its turn for being late alone.
func NeverOvertake(w *Worker) { w.turnstile.overtake = time.Hour }

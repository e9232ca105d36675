package queue_test

import (
	"testing"

	"pgregory.net/rapid"

	"osusume/internal/queue"

	_ "osusume/internal/rapidseed"
)

func TestNext(t *testing.T) {
	t.Parallel()
	const now, far = 1_000_000, 1_000_000 + 60_000
	type given struct {
		kind     queue.OutKind
		outcome  queue.Outcome
		attempt  int
		doubtful bool
		jitter   float64
		deadline int64
	}
	type want struct {
		state    queue.OutState
		wait     int64 // from now; 0 when final
		doubtful bool
	}
	for name, c := range map[string]struct {
		given given
		want  want
	}{
		"reply accepted":                  {given{queue.Reply, queue.Accepted, 1, false, 0, far}, want{queue.Sent, 0, false}},
		"reply accepted after doubt":      {given{queue.Reply, queue.Accepted, 2, true, 0, far}, want{queue.Sent, 0, true}},
		"reply refused":                   {given{queue.Reply, queue.Refused, 1, false, 0, far}, want{queue.Failed, 0, false}},
		"reply refused after doubt":       {given{queue.Reply, queue.Refused, 2, true, 0, far}, want{queue.Unknown, 0, true}},
		"reply lost, first retry":         {given{queue.Reply, queue.NoAnswer, 1, false, 0, far}, want{queue.Queued, 400, true}},
		"reply lost, first retry, latest": {given{queue.Reply, queue.NoAnswer, 1, false, 0.999, far}, want{queue.Queued, 599, true}},
		"reply lost, second retry":        {given{queue.Reply, queue.NoAnswer, 2, true, 0, far}, want{queue.Queued, 1_800, true}},
		"reply lost, second retry, latest": {
			given{queue.Reply, queue.NoAnswer, 2, true, 0.999, far}, want{queue.Queued, 2_699, true}},
		"reply lost, last retry":                {given{queue.Reply, queue.NoAnswer, 5, true, 0, far}, want{queue.Queued, 12_000, true}},
		"reply lost for good":                   {given{queue.Reply, queue.NoAnswer, 6, true, 0, far}, want{queue.Unknown, 0, true}},
		"reply slowed down":                     {given{queue.Reply, queue.RateLimited, 1, false, 0, far}, want{queue.Queued, 400, false}},
		"reply slowed down for good":            {given{queue.Reply, queue.RateLimited, 6, false, 0, far}, want{queue.Failed, 0, false}},
		"reply slowed down after doubt, to end": {given{queue.Reply, queue.RateLimited, 6, true, 0, far}, want{queue.Unknown, 0, true}},
		"reply not sent":                        {given{queue.Reply, queue.NotSent, 2, false, 0, far}, want{queue.Queued, 1_800, false}},
		"reply not sent for good":               {given{queue.Reply, queue.NotSent, 6, false, 0, far}, want{queue.Failed, 0, false}},
		"reply over quota":                      {given{queue.Reply, queue.OverQuota, 1, false, 0, far}, want{queue.Failed, 0, false}},
		"reply lost as its token dies":          {given{queue.Reply, queue.NoAnswer, 1, false, 0, now + 400}, want{queue.Unknown, 0, true}},
		"reply lost just before":                {given{queue.Reply, queue.NoAnswer, 1, false, 0, now + 401}, want{queue.Queued, 400, true}},
		"reply not sent as its token dies":      {given{queue.Reply, queue.NotSent, 1, false, 0, now + 400}, want{queue.Failed, 0, false}},
		"reply, an attempt that is not one":     {given{queue.Reply, queue.NotSent, 0, false, 0, far}, want{queue.Queued, 400, false}},
		"push accepted":                         {given{queue.Push, queue.Accepted, 1, false, 0, far}, want{queue.Sent, 0, false}},
		"push refused":                          {given{queue.Push, queue.Refused, 1, false, 0, far}, want{queue.Failed, 0, false}},
		"push refused after doubt":              {given{queue.Push, queue.Refused, 3, true, 0, far}, want{queue.Unknown, 0, true}},
		"push over quota":                       {given{queue.Push, queue.OverQuota, 1, false, 0, far}, want{queue.Failed, 0, false}},
		"push over quota after doubt":           {given{queue.Push, queue.OverQuota, 2, true, 0, far}, want{queue.Unknown, 0, true}},
		"push lost":                             {given{queue.Push, queue.NoAnswer, 1, false, 0, far}, want{queue.Queued, 500, true}},
		"push lost again":                       {given{queue.Push, queue.NoAnswer, 4, true, 0, far}, want{queue.Queued, 4_000, true}},
		"push lost long ago":                    {given{queue.Push, queue.NoAnswer, 50, true, 0, now + 23*3_600_000}, want{queue.Queued, 450_000, true}},
		"push lost, no time left":               {given{queue.Push, queue.NoAnswer, 50, true, 0, far}, want{queue.Unknown, 0, true}},
		"push slowed down, no time left":        {given{queue.Push, queue.RateLimited, 50, false, 0, far}, want{queue.Failed, 0, false}},
		"push, an attempt that is not one":      {given{queue.Push, queue.NotSent, 0, false, 0, far}, want{queue.Queued, 500, false}},
	} {
		g := c.given
		state, next, doubtful := queue.Next(g.kind, g.outcome, g.attempt, g.doubtful, g.jitter, now, g.deadline)
		got := want{state, 0, doubtful}
		if next != 0 {
			got.wait = next - now
		}
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestNextKeepsItsPromisesWhateverHappens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]queue.OutKind{queue.Reply, queue.Push}).Draw(t, "kind")
		outcome := queue.Outcome(rapid.IntRange(1, 6).Draw(t, "outcome"))
		attempt := rapid.IntRange(1, 10_000).Draw(t, "attempt")
		doubtful := rapid.Bool().Draw(t, "doubtful")
		jitter := rapid.Float64Range(0, 0.999999).Draw(t, "jitter")
		now := rapid.Int64Range(0, 1<<42).Draw(t, "now")
		deadline := now + rapid.Int64Range(-1000, 100_000_000).Draw(t, "left")
		state, next, after := queue.Next(kind, outcome, attempt, doubtful, jitter, now, deadline)
		if (state == queue.Queued) != (next != 0) || state == queue.Queued && (next <= now || next >= deadline) {
			t.Fatalf("state %d with the next attempt at %d, now %d, deadline %d", state, next, now, deadline)
		}
		if doubtful && !after {
			t.Fatal("a doubt went away")
		}
		if state == queue.Failed && (doubtful || outcome == queue.NoAnswer) {
			t.Fatal("what may have been accepted is called failed")
		}
		if state == queue.Unknown && !doubtful && outcome != queue.NoAnswer {
			t.Fatal("what was surely not accepted is called unknown")
		}
		if (outcome == queue.Accepted) != (state == queue.Sent) {
			t.Fatalf("outcome %d became state %d", outcome, state)
		}
	})
}

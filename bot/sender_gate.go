package bot

import (
	"context"

	"osusume/internal/ids"
	"osusume/internal/queue"
)

// Verdict is what the gate says of one push.
type Verdict uint8

// The verdicts.
const (
	Shut Verdict = iota // not to be sent, now or later
	Open
)

// Gate stands before every attempt at a push. Replies do not pass it: they answer the customer's own message.
type Gate interface {
	// Pass calls send, at most once and before it returns, if the message may be sent now, and keeps what made it so (the
	// person's consent, the kill switch) from changing until send has returned. Shut is final. An error means that
	// nothing was sent and that nothing is known; the message is tried again.
	Pass(ctx context.Context, out queue.Out, send func(context.Context)) (Verdict, error)
}

// ConsentGate opens while sending is switched on and the person's purpose proactive_messages is live.
type ConsentGate struct {
	Sending bool // OSUSUME_SENDING
	// Live says whether the purpose is granted now, from the primary database. nil means no consent can be read, and
	// nothing is sent.
	Live func(ctx context.Context, subject ids.Subject, purpose ids.Purpose) (bool, error)
}

// Pass implements Gate. It checks right before sending; it does not yet hold the person's lock meanwhile.
func (g ConsentGate) Pass(ctx context.Context, out queue.Out, send func(context.Context)) (Verdict, error) {
	if !g.Sending || g.Live == nil {
		return Shut, nil
	}
	live, err := g.Live(ctx, out.Subject, ids.ProactiveMessages)
	if err != nil {
		return Shut, err
	}
	if !live {
		return Shut, nil
	}
	send(ctx)
	return Open, nil
}

// pushPause holds all pushes back after LINE said 429. Replies go on: LINE counts them apart.
type pushPause struct {
	untilMS int64
	waitMS  int64
}

func (p *pushPause) learn(outcome queue.Outcome, nowMS int64, jitter float64) {
	switch outcome {
	case queue.RateLimited:
		if nowMS < p.untilMS {
			return // an attempt that began before the pause says nothing new
		}
		p.waitMS = min(max(2*p.waitMS, pauseFirst), pauseLongest)
		p.untilMS = nowMS + p.waitMS/2 + int64(jitter*float64(p.waitMS)/2)
	case queue.OverQuota:
		p.waitMS = pauseLongest
		p.untilMS = nowMS + p.waitMS
	case queue.Accepted:
		p.waitMS = 0
	case queue.Refused, queue.NoAnswer, queue.NotSent:
	}
}

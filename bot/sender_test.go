package bot_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"pgregory.net/rapid"

	"osusume/bot"
	"osusume/bot/line"
	"osusume/internal/clock"
	"osusume/internal/fault"
	"osusume/internal/ids"
	"osusume/internal/keyring"
	"osusume/internal/queue"
)

// act is what the model of LINE does with one call.
type act uint8

const (
	actOK       act = iota
	act500          // refused with 500, not accepted
	actLost         // accepted, but the answer is 500
	actHang         // not accepted, no answer until the caller gives up
	actHangLost     // accepted, no answer until the caller gives up
	actRate         // 429 for speed
	actQuota        // 429 for the month
	actBad          // 400
	actNoConn       // the connection cannot be made
	actSlow         // accepted after a while
	actCount        // how many there are
)

// platform is a model of LINE: a reply token (here the body) is taken once, a retry key is taken once.
type platform struct {
	mu       sync.Mutex
	script   []act // one a call, then actOK
	accepted map[string]int
	active   map[string]int
	calls    []time.Duration // since began
	began    time.Time
	overlap  bool
}

func newPlatform(script ...act) *platform {
	return &platform{script: script, accepted: map[string]int{}, active: map[string]int{}, began: time.Now()}
}

func (p *platform) Reply(ctx context.Context, body []byte) line.Result {
	return p.call(ctx, "r:"+string(body), false)
}

func (p *platform) Push(ctx context.Context, _ []byte, key string) line.Result {
	return p.call(ctx, "p:"+key, true)
}

func (p *platform) call(ctx context.Context, id string, push bool) line.Result {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, time.Since(p.began))
	if p.active[id]++; p.active[id] > 1 {
		p.overlap = true
	}
	defer func() { p.active[id]-- }()
	do := actOK
	if len(p.script) > 0 {
		do, p.script = p.script[0], p.script[1:]
	}
	bad := func(status int, outcome queue.Outcome) line.Result {
		return line.Result{Status: status, Outcome: outcome, Err: &line.Error{Status: status, Kind: line.Server}}
	}
	pause := func(d time.Duration) {
		p.mu.Unlock()
		timer := time.NewTimer(d)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
		p.mu.Lock()
	}
	take := func() line.Result {
		if p.accepted[id] > 0 {
			if push {
				return line.Result{Status: 409, Outcome: queue.Accepted}
			}
			return bad(400, queue.Refused)
		}
		p.accepted[id]++
		return line.Result{Status: 200, RequestID: "req", Outcome: queue.Accepted}
	}
	switch do {
	case act500:
		return bad(500, queue.NoAnswer)
	case actLost:
		take()
		return bad(500, queue.NoAnswer)
	case actHang:
		pause(time.Hour)
		return bad(0, queue.NoAnswer)
	case actHangLost:
		take()
		pause(time.Hour)
		return bad(0, queue.NoAnswer)
	case actRate:
		return bad(429, queue.RateLimited)
	case actQuota:
		return bad(429, queue.OverQuota)
	case actBad:
		return bad(400, queue.Refused)
	case actNoConn:
		return bad(0, queue.NotSent)
	case actSlow:
		result := take()
		pause(700 * time.Millisecond)
		if ctx.Err() != nil {
			return bad(0, queue.NoAnswer)
		}
		return result
	default:
		return take()
	}
}

func (p *platform) taken(id string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.accepted[id]
}

func (p *platform) times() []time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]time.Duration(nil), p.calls...)
}

// outbox is a model of the store: one due time that is also the lease, and a mark whether somebody holds it.
type outbox struct {
	mu     sync.Mutex
	rows   map[int64]*row
	fault  func(op string) error // may be nil
	record int
}

type row struct {
	out    queue.Out
	state  queue.OutState
	dueMS  int64
	leased bool
	status int
	ended  int
}

func (o *outbox) fail(op string) error {
	if o.fault != nil {
		return o.fault(op)
	}
	return nil
}

func (o *outbox) ClaimOut(_ context.Context, nowMS, leaseMS int64, limit int) ([]queue.Out, error) {
	if err := o.fail("claim"); err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []queue.Out
	for _, r := range o.rows {
		if r.state == queue.Queued && r.dueMS <= nowMS && len(out) < limit {
			if r.leased {
				r.out.Doubtful = true
				r.out.Attempt++
			}
			r.dueMS, r.leased = nowMS+leaseMS, true
			out = append(out, r.out)
		}
	}
	return out, nil
}

func (o *outbox) Record(_ context.Context, _ int64, results []queue.Result) error {
	if err := o.fail("record"); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.record++
	seen := map[int64]bool{}
	for _, result := range results {
		if seen[result.ID] {
			return errors.New("one message twice in a batch")
		}
		seen[result.ID] = true
		r := o.rows[result.ID]
		if r.state != queue.Queued || (result.State == queue.Queued && result.Attempt <= r.out.Attempt) {
			continue
		}
		r.state, r.out.Attempt, r.out.Doubtful, r.dueMS, r.leased, r.status = result.State, result.Attempt, result.Doubtful, result.NextTryMS, false, result.Status
		if r.state != queue.Queued {
			r.ended++
		}
	}
	return nil
}

func (o *outbox) InboxKey(context.Context, int64) ([]byte, error) { return nil, nil }

func (o *outbox) row(id int64) row {
	o.mu.Lock()
	defer o.mu.Unlock()
	return *o.rows[id]
}

type gate func() (bot.Verdict, error)

func (g gate) Pass(ctx context.Context, _ queue.Out, send func(context.Context)) (bot.Verdict, error) {
	verdict, err := g()
	if err == nil && verdict == bot.Open {
		send(ctx)
	}
	return verdict, err
}

func open() (bot.Verdict, error) { return bot.Open, nil }

type rig struct {
	key    keyring.DataKey
	outbox *outbox
	line   *platform
}

func newRig(t interface{ Fatal(...any) }, script ...act) *rig {
	ring, err := keyring.New(bytes.Repeat([]byte{5}, keyring.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	key, _, err := ring.NewDataKey()
	if err != nil {
		t.Fatal(err)
	}
	return &rig{key: key, outbox: &outbox{rows: map[int64]*row{}}, line: newPlatform(script...)}
}

// sender starts a sender of the rig, as one process.
func (r *rig) sender(t interface{ Fatal(...any) }, change func(*bot.SenderConfig)) *bot.Sender {
	cfg := bot.SenderConfig{
		Outbox: r.outbox, Client: r.line, Gate: gate(open), Clock: clock.System{}, Jitter: func() float64 { return 0.5 }, Log: zap.NewNop(),
		OpenKey: func(context.Context, int64) (keyring.DataKey, error) { return r.key, nil }, Concurrency: 8,
	}
	if change != nil {
		change(&cfg)
	}
	s, err := bot.NewSender(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Start(context.Background())
	return s
}

// add puts a message into the outbox, leased as the worker leaves it, or free.
func (r *rig) add(id int64, kind queue.OutKind, leased bool, life time.Duration) queue.Out {
	now := time.Now().UnixMilli()
	key := fmt.Sprintf("00000000-0000-0000-0000-%012d", id)
	out := queue.Out{
		ID: id, Subject: "s", Kind: kind, KeyID: 1, Body: r.key.Seal(fmt.Appendf(nil, "token-%d", id), key), RetryKey: key, BornMS: now,
		DeadlineMS: now + life.Milliseconds(),
	}
	due := now
	if leased {
		due += bot.SenderLeaseMS
	}
	r.outbox.mu.Lock()
	defer r.outbox.mu.Unlock()
	r.outbox.rows[id] = &row{out: out, state: queue.Queued, dueMS: due, leased: leased}
	return out
}

func TestRetriesAndWhatTheyEndIn(t *testing.T) {
	t.Parallel()
	const minute = time.Minute
	for name, c := range map[string]struct {
		kind     queue.OutKind
		life     time.Duration
		script   []act
		state    queue.OutState
		calls    int
		accepted int
	}{
		"a reply":                            {queue.Reply, minute, nil, queue.Sent, 1, 1},
		"a reply after 500":                  {queue.Reply, minute, []act{act500}, queue.Sent, 2, 1},
		"a reply after 500 and 500":          {queue.Reply, minute, []act{act500, act500}, queue.Sent, 3, 1},
		"a reply after silence":              {queue.Reply, minute, []act{actHang}, queue.Sent, 2, 1},
		"a reply after a lot":                {queue.Reply, minute, []act{act500, actHang, act500, actRate}, queue.Sent, 5, 1},
		"a reply never answered":             {queue.Reply, minute, []act{act500, act500, act500, act500, act500, act500}, queue.Unknown, 6, 0},
		"a reply never taken":                {queue.Reply, minute, []act{actNoConn, actNoConn, actRate, actNoConn, actNoConn, actNoConn}, queue.Failed, 6, 0},
		"a reply accepted but lost":          {queue.Reply, minute, []act{actLost}, queue.Unknown, 2, 1},
		"a reply accepted but silent":        {queue.Reply, minute, []act{actHangLost}, queue.Unknown, 2, 1},
		"a reply refused":                    {queue.Reply, minute, []act{actBad}, queue.Failed, 1, 0},
		"a reply refused after 500":          {queue.Reply, minute, []act{act500, actBad}, queue.Unknown, 2, 0},
		"a reply too late":                   {queue.Reply, 0, nil, queue.Failed, 0, 0},
		"a reply whose token dies meanwhile": {queue.Reply, 2 * time.Second, []act{act500, act500}, queue.Unknown, 2, 0},
		"a reply cut off by its token":       {queue.Reply, 2 * time.Second, []act{actHang}, queue.Unknown, 1, 0},
		"a push":                             {queue.Push, time.Hour, nil, queue.Sent, 1, 1},
		"a push accepted but lost":           {queue.Push, time.Hour, []act{actLost}, queue.Sent, 2, 1},
		"a push lost again and again":        {queue.Push, time.Hour, []act{actHangLost, act500, actHang, act500, act500, act500}, queue.Sent, 7, 1},
		"a push over quota":                  {queue.Push, time.Hour, []act{actQuota}, queue.Failed, 1, 0},
		"a push slowed down":                 {queue.Push, time.Hour, []act{actRate, actRate, actRate}, queue.Sent, 4, 1},
		"a push refused":                     {queue.Push, time.Hour, []act{actBad}, queue.Failed, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, c.script...)
				s := r.sender(t, nil)
				s.Enqueue([]queue.Out{r.add(1, c.kind, true, c.life)})
				time.Sleep(10 * time.Minute)
				s.Stop()
				got := r.outbox.row(1)
				if got.state != c.state || len(r.line.times()) != c.calls || r.line.accepted["r:token-1"]+r.line.accepted["p:"+got.out.RetryKey] != c.accepted {
					t.Errorf("state %d after calls at %v, accepted %v; want state %d after %d calls", got.state, r.line.times(), r.line.accepted, c.state, c.calls)
				}
				if r.line.overlap {
					t.Error("two attempts at once")
				}
			})
		})
	}
}

func TestRetriesComeWithinTheContractsTimesEvenWithoutTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, jitter := range []float64{0, 0.999} {
			r := newRig(t, act500, act500)
			var away atomic.Bool
			away.Store(true)
			r.outbox.fault = func(string) error {
				if away.Load() {
					return errors.New("gone")
				}
				return nil
			}
			s := r.sender(t, func(c *bot.SenderConfig) { c.Jitter = func() float64 { return jitter } })
			s.Enqueue([]queue.Out{r.add(1, queue.Reply, true, time.Minute)})
			time.Sleep(5 * time.Second)
			got := r.line.times()
			if len(got) != 3 || got[0] > 10*time.Millisecond || got[1]-got[0] > time.Second || got[2]-got[1] > 3*time.Second {
				t.Errorf("attempts at %v", got)
			}
			time.Sleep(time.Minute)
			if n := len(r.line.times()); n != 3 || r.outbox.row(1).state != queue.Queued {
				t.Errorf("%d attempts, state %d, while the store is away", n, r.outbox.row(1).state)
			}
			away.Store(false)
			time.Sleep(5 * time.Second)
			if n := len(r.line.times()); n != 3 || r.outbox.row(1).state != queue.Sent {
				t.Errorf("%d attempts, state %d, after the store came back; nothing may be sent twice", n, r.outbox.row(1).state)
			}
			s.Stop()
		}
	})
}

func TestWhatADeadProcessHeldIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, actBad)
		r.line.accepted["r:token-2"] = 1
		r.add(1, queue.Reply, true, time.Minute)
		began := time.Now()
		s := r.sender(t, nil)
		defer s.Stop()
		for r.outbox.row(1).state == queue.Queued {
			time.Sleep(50 * time.Millisecond)
		}
		if took := time.Since(began); took > 8*time.Second {
			t.Errorf("it took %v", took)
		}
		if got := r.outbox.row(1).state; got != queue.Unknown {
			t.Errorf("state %d: the dead process may have delivered it", got)
		}
	})
}

// severed is the store as seen by a process that cannot reach it for a while.
type severed struct {
	*outbox
	cut *atomic.Bool
}

func (s severed) ClaimOut(ctx context.Context, nowMS, leaseMS int64, limit int) ([]queue.Out, error) {
	if s.cut.Load() {
		return nil, errDead
	}
	return s.outbox.ClaimOut(ctx, nowMS, leaseMS, limit)
}

func (s severed) Record(ctx context.Context, nowMS int64, results []queue.Result) error {
	if s.cut.Load() {
		return errDead
	}
	return s.outbox.Record(ctx, nowMS, results)
}

func TestAFailureToldTooLateDoesNotHideAnothersDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, actBad)
		var cut atomic.Bool
		first := r.sender(t, func(c *bot.SenderConfig) { c.Outbox = severed{r.outbox, &cut} })
		cut.Store(true)
		first.Enqueue([]queue.Out{r.add(1, queue.Reply, true, time.Minute)})
		time.Sleep(time.Second)
		second := r.sender(t, nil)
		time.Sleep(6 * time.Second)
		second.Stop()
		cut.Store(false)
		time.Sleep(time.Minute)
		first.Stop()
		if got := r.outbox.row(1); got.state != queue.Sent || len(r.line.times()) != 2 {
			t.Errorf("state %d after %d calls, want the other process's delivery", got.state, len(r.line.times()))
		}
	})
}

func TestAFailureIsToldWhenTheStoreComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, actBad)
		var cut atomic.Bool
		s := r.sender(t, func(c *bot.SenderConfig) { c.Outbox = severed{r.outbox, &cut} })
		cut.Store(true)
		s.Enqueue([]queue.Out{r.add(1, queue.Reply, true, time.Minute)})
		time.Sleep(10 * time.Second)
		cut.Store(false)
		time.Sleep(5 * time.Second)
		s.Stop()
		if got := r.outbox.row(1); got.state != queue.Failed || len(r.line.times()) != 1 {
			t.Errorf("state %d after %d calls, want the failure without another call", got.state, len(r.line.times()))
		}
	})
}

func TestResultsAreStoredInBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		s := r.sender(t, nil)
		var outs []queue.Out
		for i := range 1000 {
			outs = append(outs, r.add(int64(i+1), queue.Reply, true, time.Minute))
		}
		s.Enqueue(outs)
		time.Sleep(time.Second)
		s.Stop()
		if r.outbox.record > 10 {
			t.Errorf("%d transactions for 1,000 results", r.outbox.record)
		}
		for i := range 1000 {
			if got := r.outbox.row(int64(i + 1)); got.state != queue.Sent || got.status != 200 {
				t.Fatalf("message %d is in state %d", i+1, got.state)
			}
		}
		s.Stop()
	})
}

func TestStopGivesBackWhatWasNotBegunAndFinishesWhatWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, actHang, actSlow)
		s := r.sender(t, func(c *bot.SenderConfig) { c.Concurrency = 2 })
		s.Enqueue([]queue.Out{r.add(1, queue.Reply, true, time.Minute)})
		synctest.Wait() // the first one is the one that hangs
		s.Enqueue([]queue.Out{r.add(2, queue.Reply, true, time.Minute), r.add(3, queue.Reply, true, time.Minute)})
		synctest.Wait()
		began := time.Now()
		s.Stop()
		s.Stop()
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("Stop took %v", took)
		}
		now := time.Now().UnixMilli()
		for id, want := range map[int64]struct {
			state    queue.OutState
			doubtful bool
		}{1: {queue.Queued, true}, 2: {queue.Sent, false}, 3: {queue.Queued, false}} {
			got := r.outbox.row(id)
			if got.state != want.state || got.out.Doubtful != want.doubtful || got.leased || (want.state == queue.Queued && got.dueMS > now+1000) {
				t.Errorf("message %d: %+v, want %+v, free at once", id, got, want)
			}
		}
		if len(r.line.times()) != 2 {
			t.Errorf("%d calls", len(r.line.times()))
		}
		unstarted, err := bot.NewSender(bot.SenderConfig{})
		if err == nil || unstarted != nil {
			t.Error("an empty configuration is accepted")
		}
	})
}

func TestTheGateStandsBeforeEveryAttemptAtAPush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, actHang)
		verdicts := []bot.Verdict{bot.Open, bot.Shut}
		s := r.sender(t, func(c *bot.SenderConfig) {
			c.Gate = gate(func() (bot.Verdict, error) {
				v := verdicts[0]
				if len(verdicts) > 1 {
					verdicts = verdicts[1:]
				}
				return v, nil
			})
		})
		r.add(1, queue.Push, false, time.Hour)
		time.Sleep(time.Minute)
		if got := r.outbox.row(1); got.state != queue.Suppressed || !got.out.Doubtful || len(r.line.times()) != 1 {
			t.Errorf("state %d after %d calls: consent withdrawn between attempts must stop it", got.state, len(r.line.times()))
		}
		s.Stop()
	})
}

func TestConsentGate(t *testing.T) {
	t.Parallel()
	answer := func(live bool, err error) func(context.Context, ids.Subject, ids.Purpose) (bool, error) {
		return func(_ context.Context, s ids.Subject, p ids.Purpose) (bool, error) {
			return live && s == "s" && p == ids.ProactiveMessages, err
		}
	}
	for name, c := range map[string]struct {
		gate bot.ConsentGate
		sent bool
		err  bool
	}{
		"live":            {bot.ConsentGate{Sending: true, Live: answer(true, nil)}, true, false},
		"switched off":    {bot.ConsentGate{Sending: false, Live: answer(true, nil)}, false, false},
		"not granted":     {bot.ConsentGate{Sending: true, Live: answer(false, nil)}, false, false},
		"nobody to ask":   {bot.ConsentGate{Sending: true}, false, false},
		"store not there": {bot.ConsentGate{Sending: true, Live: answer(true, errors.New("gone"))}, false, true},
	} {
		sent := false
		verdict, err := c.gate.Pass(context.Background(), queue.Out{Subject: "s"}, func(context.Context) { sent = true })
		if sent != c.sent || (verdict == bot.Open) != c.sent || (err != nil) != c.err {
			t.Errorf("%s: sent %v, verdict %d, %v", name, sent, verdict, err)
		}
	}
}

func TestA429HoldsPushesBackButNotReplies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, actRate)
		s := r.sender(t, func(c *bot.SenderConfig) { c.Concurrency = 2 })
		for i := range 50 {
			r.add(int64(i+1), queue.Push, false, time.Hour)
		}
		time.Sleep(300 * time.Millisecond)
		if n := len(r.line.times()); n != 1 {
			t.Errorf("%d calls right after a 429, want the one that brought it", n)
		}
		s.Enqueue([]queue.Out{r.add(100, queue.Reply, true, time.Minute)})
		synctest.Wait()
		if r.line.taken("r:token-100") != 1 {
			t.Error("a reply waits for the pushes")
		}
		time.Sleep(time.Minute)
		for i := range 50 {
			if got := r.outbox.row(int64(i + 1)); got.state != queue.Sent {
				t.Fatalf("push %d is in state %d", i+1, got.state)
			}
		}
		s.Stop()
	})
}

func TestAMessageWhoseKeyIsGoneEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		var problem atomic.Pointer[error]
		set := func(err error) { problem.Store(&err) }
		set(fault.New(fault.NotFound, "key", nil))
		s := r.sender(t, func(c *bot.SenderConfig) {
			c.OpenKey = func(context.Context, int64) (keyring.DataKey, error) { return r.key, *problem.Load() }
		})
		s.Enqueue([]queue.Out{r.add(1, queue.Reply, true, time.Minute)})
		time.Sleep(time.Second)
		if got := r.outbox.row(1); got.state != queue.Failed || len(r.line.times()) != 0 {
			t.Errorf("state %d", got.state)
		}
		set(errors.New("store away"))
		s.Enqueue([]queue.Out{r.add(2, queue.Reply, true, time.Minute)})
		time.Sleep(10 * time.Second)
		set(nil)
		time.Sleep(8 * time.Second)
		if got := r.outbox.row(2); got.state != queue.Sent {
			t.Errorf("state %d after the key could be read again", got.state)
		}
		s.Stop()
	})
}

// mortal is one process's way to the store and to LINE. Once it is dead nothing it does reaches either, as after kill -9;
// what was on the wire is still carried out.
type mortal struct {
	*outbox
	line *platform
	dead *atomic.Bool
}

var errDead = errors.New("dead")

func (m mortal) ClaimOut(ctx context.Context, nowMS, leaseMS int64, limit int) ([]queue.Out, error) {
	if m.dead.Load() {
		return nil, errDead
	}
	return m.outbox.ClaimOut(ctx, nowMS, leaseMS, limit)
}

func (m mortal) Record(ctx context.Context, nowMS int64, results []queue.Result) error {
	if m.dead.Load() {
		return errDead
	}
	return m.outbox.Record(ctx, nowMS, results)
}

func (m mortal) Reply(ctx context.Context, body []byte) line.Result {
	if m.dead.Load() {
		return line.Result{Outcome: queue.NotSent, Err: errDead}
	}
	return m.line.Reply(ctx, body)
}

func (m mortal) Push(ctx context.Context, body []byte, key string) line.Result {
	if m.dead.Load() {
		return line.Result{Outcome: queue.NotSent, Err: errDead}
	}
	return m.line.Push(ctx, body, key)
}

// Two processes, a store that comes and goes, processes that are stopped, killed and started, and a LINE that does everything
// it may: no message is accepted twice, none is attempted twice at once by a process, and every final state is true.
func TestOverRandomFaultsNothingIsDeliveredTwiceAndNoStateLies(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		acts := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, int(actCount)-1), func(i int) act { return act(i) }), 0, 40).Draw(rt, "acts")
		seed := rapid.Uint64().Draw(rt, "seed")
		faulty := rapid.IntRange(0, 60).Draw(rt, "store faults in percent")
		restarts := rapid.IntRange(0, 4).Draw(rt, "restarts")
		problem := ""
		synctest.Test(t, func(*testing.T) {
			rng := rand.New(rand.NewPCG(seed, 1))
			var mu sync.Mutex
			chance := func(percent int) bool { mu.Lock(); defer mu.Unlock(); return rng.IntN(100) < percent }
			r := newRig(rt, acts...)
			var quiet atomic.Bool
			upTo := func(n int) time.Duration {
				mu.Lock()
				defer mu.Unlock()
				return time.Duration(rng.IntN(n)) * time.Millisecond
			}
			r.outbox.fault = func(op string) error {
				if !quiet.Load() && chance(faulty) {
					return errors.New("the store is away")
				}
				if op == "record" && !quiet.Load() && chance(20) {
					time.Sleep(upTo(900))
				}
				return nil
			}
			var processes []*bot.Sender
			var dead *atomic.Bool
			begin := func() {
				dead = new(atomic.Bool)
				one := mortal{r.outbox, r.line, dead}
				processes = append(processes, r.sender(rt, func(c *bot.SenderConfig) {
					c.Outbox, c.Client = one, one
					c.Jitter = func() float64 { mu.Lock(); defer mu.Unlock(); return rng.Float64() }
				}))
			}
			begin()
			begin()
			const messages = 12
			for i := range int64(messages) {
				kind := queue.Reply
				if i%3 == 2 {
					kind = queue.Push
				}
				out := r.add(i+1, kind, i%2 == 0, 50*time.Second)
				if i%4 == 0 {
					processes[1].Enqueue([]queue.Out{out})
				}
				time.Sleep(upTo(200))
			}
			for range restarts {
				time.Sleep(upTo(5000))
				if chance(50) {
					processes[len(processes)-1].Stop()
				} else {
					dead.Store(true)
				}
				begin()
			}
			time.Sleep(time.Minute)
			quiet.Store(true)
			time.Sleep(3 * time.Minute)
			for _, p := range processes {
				p.Stop()
			}
			for id := range r.outbox.rows {
				got := r.outbox.row(id)
				n := r.line.accepted[fmt.Sprintf("r:token-%d", id)] + r.line.accepted["p:"+got.out.RetryKey]
				switch {
				case n > 1 || got.ended != 1:
					problem = fmt.Sprintf("message %d was accepted %d times and ended %d times", id, n, got.ended)
				case got.state == queue.Sent && n == 0:
					problem = fmt.Sprintf("message %d is called sent and was never accepted", id)
				case got.state == queue.Failed && n > 0:
					problem = fmt.Sprintf("message %d is called failed and was accepted", id)
				case got.state == queue.Queued:
					problem = fmt.Sprintf("message %d never ended", id)
				}
			}
			if r.line.overlap {
				problem = ("two attempts at one message at once")
			}
		})
		if problem != "" {
			rt.Fatal(problem)
		}
	})
}

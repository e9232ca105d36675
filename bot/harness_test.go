package bot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	mathrand "math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"osusume/bot"
	"osusume/bot/render"
	"osusume/dialog"
	"osusume/internal/clock"
	"osusume/internal/ids"
	"osusume/internal/keyring"
	"osusume/internal/queue"
	"osusume/offers"
)

const alice, bob = "U0000000000000000000000000000a11c", "U00000000000000000000000000000b0b"

// shopEngine gives fixed offers: personal ones name the person's first purchase.
type shopEngine struct{}

func (shopEngine) Recommend(r offers.Request) offers.Decision {
	var d offers.Decision
	for i, name := range []string{"急須", "湯のみ", "茶さじ", "茶こし", "茶筒", "お盆"} {
		o := offers.Offer{
			SKU: ids.SKU(fmt.Sprintf("G-%d", i)), Name: name, Price: ids.Yen(1000 * (i + 1)), Category: "茶器", Strategy: offers.ShopPick,
			PageURL: "https://shop.example/" + fmt.Sprint(i), ImageURL: "https://img.example/x.png",
			Reason: offers.Reason{Strategy: offers.ShopPick}, Propensity: 1,
		}
		if r.History != nil && len(r.History.Purchases) > 0 {
			p := r.History.Purchases[0]
			o.Strategy, o.Reason = offers.BoughtTogether, offers.Reason{
				Strategy: offers.BoughtTogether, Buyers: 12, OfBuyers: 40,
				Facts: []offers.Fact{{SKU: p.SKU, Name: canaryItem, AtMS: p.AtMS}},
			}
		}
		if withheld(r, o) || len(d.Offers) == r.Limit {
			continue
		}
		d.Offers = append(d.Offers, o)
	}
	d.Personal = r.History != nil
	return d
}

func withheld(r offers.Request, o offers.Offer) bool {
	for _, sku := range r.Exclude {
		if sku == o.SKU {
			return true
		}
	}
	for _, m := range r.Marks {
		if m.Value == string(o.SKU) || (m.Kind == offers.MarkCategory && m.Value == o.Category) {
			return true
		}
	}
	return false
}

func (shopEngine) ComparePlans(r offers.Request) offers.PlanDecision {
	if r.History == nil || r.History.Membership == nil {
		return offers.PlanDecision{}
	}
	return offers.PlanDecision{
		Strategy: offers.PlanStepDown, Current: offers.PlanInfo{ID: "w", Name: "ダブル", PerMonth: 1980},
		Offer: offers.Offer{
			Strategy: offers.PlanStepDown, Plan: "s", Name: "シングル", Price: 980,
			Reason: offers.Reason{
				Strategy: offers.PlanStepDown, Facts: []offers.Fact{{Plan: true}},
				Uses: []offers.Use{{Name: "配送", Used: 1, Limit: 4}},
			},
		},
	}
}

func (shopEngine) Product(sku ids.SKU) (offers.Product, bool) {
	return offers.Product{SKU: sku, Name: canaryItem}, true
}

func (shopEngine) Plan(id ids.PlanID) (offers.PlanInfo, bool) {
	return offers.PlanInfo{ID: id, Name: "ダブル"}, true
}

const (
	canaryItem  = "秘密の土鍋"
	canaryWords = "ないしょの言葉"
)

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

type lockedRandom struct {
	mu sync.Mutex
	r  *mathrand.ChaCha8
}

func (l *lockedRandom) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(p)
}

// stage is a worker on a memory, with what it would hand to the sender.
type stage struct {
	t      testing.TB
	ring   *keyring.Ring
	key    keyring.DataKey
	memory *memory
	worker *bot.Worker
	clock  *clock.Fake
	log    *lockedBuffer
	tokens int
	next   int64
	mu     sync.Mutex
	sent   []queue.Out
}

func newStage(t testing.TB, adjust ...func(*bot.WorkerConfig)) *stage {
	t.Helper()
	ring, err := keyring.New(bytes.Repeat([]byte{7}, keyring.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	key, wrapped, err := ring.NewDataKey()
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{
		t: t, ring: ring, key: key, memory: newMemory(wrapped), log: &lockedBuffer{},
		clock: clock.NewFake(time.UnixMilli(1_772_668_800_000)),
	}
	log := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(s.log), zap.DebugLevel))
	cfg := bot.WorkerConfig{
		Inbox: s.memory, Engine: func() bot.Engine { return shopEngine{} }, Ring: ring, Clock: s.clock, Log: log,
		Shop: render.Shop{
			Name: "うさぎ屋", PrivacyURL: "https://shop.example/privacy", Contact: "03-0000-0000",
			Zone: func(int64) int { return 9 * 3600 },
		},
		Random: &lockedRandom{r: mathrand.NewChaCha8([32]byte{1})},
		Enqueue: func(outs []queue.Out) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.sent = append(s.sent, outs...)
		},
	}
	for _, a := range adjust {
		a(&cfg)
	}
	s.worker = bot.NewWorker(cfg)
	return s
}

func (s *stage) nowMS() int64 { return s.clock.Now().UnixMilli() }

// put stores an event as the door would.
func (s *stage) put(subject ids.Subject, event map[string]any) ids.EventID {
	s.t.Helper()
	s.next++
	id := ids.EventID(fmt.Sprintf("01EVENT%019d", s.next))
	payload, err := json.Marshal(event)
	if err != nil {
		s.t.Fatal(err)
	}
	c := queue.Claimed{
		ID: s.next, EventID: id, Subject: subject, AtMS: s.nowMS() - 100, ReceivedMS: s.nowMS(), KeyID: 1,
		Payload: s.key.Seal(payload, string(id)),
	}
	if m, ok := event["message"].(map[string]any); ok {
		c.MessageHash = s.ring.Digest("message", m["id"].(string))
	}
	s.memory.mu.Lock()
	s.memory.events = append(s.memory.events, &memoryEvent{Claimed: c})
	s.memory.mu.Unlock()
	return id
}

func (s *stage) event(user, kind string, more map[string]any) map[string]any {
	s.tokens++
	e := map[string]any{
		"type": kind, "mode": "active", "replyToken": fmt.Sprintf("token-%d", s.tokens), "timestamp": s.nowMS(),
		"source": map[string]any{"type": "user", "userId": user},
	}
	for k, v := range more {
		e[k] = v
	}
	return e
}

func (s *stage) text(user, words string) map[string]any {
	s.tokens++
	return s.event(user, "message", map[string]any{
		"message": map[string]any{"type": "text", "id": fmt.Sprintf("m%d", s.tokens), "text": words},
	})
}

func (s *stage) postback(user, data string) map[string]any {
	return s.event(user, "postback", map[string]any{"postback": map[string]any{"data": data}})
}

// run works until nothing can be claimed.
func (s *stage) run() {
	s.t.Helper()
	for range 100 {
		n, err := s.worker.Once(context.Background())
		if err != nil {
			s.t.Fatalf("once: %v", err)
		}
		if n == 0 {
			return
		}
	}
	s.t.Fatal("the worker finds no end")
}

// reply is an answer as the customer sees it.
type reply struct {
	body    string
	token   string
	texts   []string
	buttons map[string]string // label → postback data; of several the first
}

func (s *stage) open(out queue.Out) reply {
	s.t.Helper()
	body, err := s.key.Open(out.Body, out.RetryKey)
	if err != nil {
		s.t.Fatal(err)
	}
	var parsed struct {
		ReplyToken string            `json:"replyToken"`
		Messages   []json.RawMessage `json:"messages"`
	}
	if err := json.Unmarshal(body, &parsed); err != nil {
		s.t.Fatal(err)
	}
	r := reply{body: string(body), token: parsed.ReplyToken, buttons: map[string]string{}}
	for _, m := range parsed.Messages {
		if err := render.Check(m); err != nil {
			s.t.Fatalf("%v in %s", err, m)
		}
		var v any
		if err := json.Unmarshal(m, &v); err != nil {
			s.t.Fatal(err)
		}
		r.read(v)
	}
	return r
}

func (r *reply) read(v any) {
	switch v := v.(type) {
	case []any:
		for _, child := range v {
			r.read(child)
		}
	case map[string]any:
		if text, ok := v["text"].(string); ok {
			r.texts = append(r.texts, text)
		}
		if label, ok := v["label"].(string); ok {
			if _, again := r.buttons[label]; !again {
				data, _ := v["data"].(string)
				r.buttons[label] = data
			}
		}
		for _, key := range []string{"contents", "hero", "body", "footer", "action", "quickReply", "items"} {
			r.read(v[key])
		}
	}
}

func (r reply) says(text string) bool { return strings.Contains(strings.Join(r.texts, "\n"), text) }

// answers works off what is waiting and gives the answers made meanwhile.
func (s *stage) answers() []reply {
	s.t.Helper()
	s.mu.Lock()
	before := len(s.sent)
	s.mu.Unlock()
	s.run()
	var replies []reply
	for _, out := range s.sent[before:] {
		replies = append(replies, s.open(out))
	}
	return replies
}

// say and press are one event and its one answer.
func (s *stage) say(user, words string) reply {
	s.t.Helper()
	s.put(s.ring.Subject(user), s.text(user, words))
	return s.one()
}

func (s *stage) press(user string, r reply, label string) reply {
	s.t.Helper()
	data, ok := r.buttons[label]
	if !ok {
		s.t.Fatalf("no button %q in %v", label, r.buttons)
	}
	s.put(s.ring.Subject(user), s.postback(user, data))
	return s.one()
}

func (s *stage) one() reply {
	s.t.Helper()
	replies := s.answers()
	if len(replies) != 1 {
		s.t.Fatalf("%d answers instead of one", len(replies))
	}
	s.clock.Advance(time.Second)
	return replies[0]
}

// customer links a person to a history.
func (s *stage) customer(user string, h offers.History) {
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	s.memory.histories[s.ring.Subject(user)] = &h
}

func aHistory(now int64) offers.History {
	return offers.History{
		Purchases:  []offers.Purchase{{SKU: "H-1", AtMS: now - 40*86_400_000, Quantity: 1}},
		Membership: &offers.Membership{Plan: "w"},
	}
}

var _ = dialog.New

package bot_test

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"osusume/dialog"
	"osusume/internal/consent"
	"osusume/internal/fault"
	"osusume/internal/ids"
	"osusume/internal/queue"
	"osusume/internal/turn"
	"osusume/offers"
)

// memory is an Inbox of maps: what a store promises, without a store.
type memory struct {
	mu        sync.Mutex
	wrapped   []byte
	events    []*memoryEvent
	people    map[ids.Subject]*memoryPerson
	asks      map[string]*consent.Ask
	ledger    map[string]consent.Event
	shown     map[ids.OfferID]turn.Shown
	notices   map[string]turn.NoticeCopy
	unsent    map[string]bool
	cases     []turn.CaseKind
	gaveUp    map[int64]string
	outs      []queue.Out
	answers   []turn.Answer
	refuse    map[ids.EventID]bool // outcomes of these fail the transaction
	down      bool
	noKey     bool
	histories map[ids.Subject]*offers.History
	loads     int // persons whose history was loaded
}

type memoryEvent struct {
	queue.Claimed
	done bool
}

type memoryPerson struct {
	wrapped, lineID []byte
	lang            ids.Lang
	blocked         bool
	conversation    turn.Conversation
	marks           []offers.Mark
	words           map[string]turn.Words
}

func newMemory(wrapped []byte) *memory {
	return &memory{
		wrapped: wrapped, people: map[ids.Subject]*memoryPerson{}, asks: map[string]*consent.Ask{},
		ledger: map[string]consent.Event{}, shown: map[ids.OfferID]turn.Shown{}, notices: map[string]turn.NoticeCopy{},
		unsent: map[string]bool{}, gaveUp: map[int64]string{}, refuse: map[ids.EventID]bool{},
		histories: map[ids.Subject]*offers.History{},
	}
}

func (m *memory) Claim(_ context.Context, nowMS, leaseMS int64, limit int) ([]queue.Claimed, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down {
		return nil, fault.New(fault.Later, "memory", nil)
	}
	busy := map[ids.Subject]bool{}
	var out []queue.Claimed
	for _, e := range m.events {
		if e.done || busy[e.Subject] {
			continue
		}
		busy[e.Subject] = true
		if e.LeaseUntilMS > nowMS || len(out) == limit {
			continue
		}
		e.LeaseUntilMS = nowMS + leaseMS
		e.Attempt++
		out = append(out, e.Claimed)
	}
	return out, nil
}

func (m *memory) standings(s ids.Subject) consent.Standings {
	var own []consent.Event
	for _, e := range m.ledger {
		if e.Subject == s {
			own = append(own, e)
		}
	}
	return consent.Fold(own)
}

func (m *memory) Turns(_ context.Context, nowMS, _ int64, needs []turn.Need, decide func([]turn.Person) ([]turn.Outcome, error)) ([]queue.Out, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down {
		return nil, fault.New(fault.Later, "memory", nil)
	}
	persons := make([]turn.Person, len(needs))
	for i, n := range needs {
		persons[i] = m.person(n, nowMS)
	}
	outcomes, err := decide(persons)
	if err != nil {
		return nil, err
	}
	for _, o := range outcomes {
		if m.refuse[o.EventID] {
			return nil, fault.New(fault.Conflict, "memory", nil)
		}
		for _, hash := range o.UsedAsks {
			if m.asks[hash].UsedMS != 0 {
				return nil, fault.New(fault.Lost, "memory", nil)
			}
		}
	}
	var outs []queue.Out
	for _, o := range outcomes {
		outs = append(outs, m.apply(o, nowMS)...)
	}
	m.outs = append(m.outs, outs...)
	return outs, nil
}

func (m *memory) person(n turn.Need, nowMS int64) turn.Person {
	p := turn.Person{Subject: n.Subject, Standings: m.standings(n.Subject), Unsent: m.unsent[n.MessageHash] && n.MessageHash != ""}
	if known := m.people[n.Subject]; known != nil {
		p.Known, p.WrappedKey, p.Lang, p.Blocked = true, known.wrapped, known.lang, known.blocked
		p.Conversation, p.Marks = known.conversation, slices.Clone(known.marks)
	}
	if h := m.histories[n.Subject]; h != nil {
		p.Customer = "c"
		if n.History && p.Standings.Granted(ids.PurchaseHistory, nowMS, "") {
			p.History = h
			m.loads++
		}
	}
	if n.LastShown {
		for rank := 0; ; rank++ {
			s, ok := m.shown[ids.OfferID(fmt.Sprintf("%s-%d", p.Conversation.LastBatch, rank))]
			if !ok {
				break
			}
			p.Shown = append(p.Shown, s)
		}
	}
	for _, id := range n.Offers {
		if s, ok := m.shown[id]; ok && s.Subject == n.Subject {
			p.Pressed = append(p.Pressed, s)
		}
	}
	for _, hash := range n.Nonces {
		if a := m.asks[hash]; a != nil {
			p.Asks = append(p.Asks, *a)
		}
	}
	return p
}

func (m *memory) apply(o turn.Outcome, nowMS int64) []queue.Out {
	for _, e := range m.events {
		if e.ID == o.RowID {
			e.done = true
		}
	}
	p := m.people[o.Subject]
	if o.Person != nil {
		if p == nil {
			p = &memoryPerson{wrapped: o.Person.WrappedKey, words: map[string]turn.Words{}}
			m.people[o.Subject] = p
		}
		p.lineID, p.lang = o.Person.LineID, o.Person.Lang
	}
	for _, e := range o.Ledger {
		if _, again := m.ledger[e.ID]; !again {
			m.ledger[e.ID] = e
		}
	}
	for _, a := range o.Asks {
		m.asks[a.NonceHash] = &a
	}
	for _, hash := range o.UsedAsks {
		m.asks[hash].UsedMS = nowMS
	}
	for _, n := range o.Notices {
		m.notices[n.SHA256] = n
	}
	for _, s := range o.Shown {
		m.shown[s.Offer.ID] = s
	}
	m.answers = append(m.answers, o.Answers...)
	if o.Case != "" {
		m.cases = append(m.cases, o.Case)
	}
	if p != nil {
		if o.Conversation != nil {
			p.conversation = *o.Conversation
			p.conversation.Version++
		}
		if o.SetBlocked != nil {
			p.blocked = *o.SetBlocked
		}
		p.marks = append(p.marks, o.Marks...)
		if o.Words != nil {
			p.words[o.Words.MessageHash] = *o.Words
		}
	}
	if o.Erase {
		delete(m.people, o.Subject)
		delete(m.histories, o.Subject)
		for id, s := range m.shown {
			if s.Subject == o.Subject {
				delete(m.shown, id)
			}
		}
	}
	for i := range o.Out {
		o.Out[i].ID = int64(len(m.outs) + i + 1)
	}
	return o.Out
}

func (m *memory) GiveUp(_ context.Context, _ int64, rows []int64, reason string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.events {
		if slices.Contains(rows, e.ID) {
			e.done = true
			m.gaveUp[e.ID] = reason
		}
	}
	return nil
}

func (m *memory) Languages(_ context.Context, subjects []ids.Subject) (map[ids.Subject]ids.Lang, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	langs := map[ids.Subject]ids.Lang{}
	for _, s := range subjects {
		if p := m.people[s]; p != nil && p.lang != "" {
			langs[s] = p.lang
		}
	}
	return langs, nil
}

func (m *memory) InboxKey(context.Context, int64) ([]byte, error) {
	if m.noKey {
		return nil, fault.New(fault.NotFound, "memory", nil)
	}
	return m.wrapped, nil
}

// state is where a person's conversation stands.
func (m *memory) state(s ids.Subject) dialog.State {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.people[s]; p != nil {
		return p.conversation.State
	}
	return dialog.New
}

package dialog

import "sync"

// Step gives the next state and what is to be done when the event happens to a conversation in the state. It is total:
// every state takes every event. It never grants by words, and no effect that uses purchases leaves it without a grant.
func Step(state State, event Event, facts Facts) (State, []Effect) {
	s := situation{state: state, facts: facts}
	s.read(event)
	for _, row := range rowsByTrigger()[s.on] {
		if !row.From.has(state) || (row.When.holds != nil && !row.When.holds(&s)) {
			continue
		}
		next := row.To
		if next == Keep {
			next = state
		}
		if row.do == nil {
			return next, nil
		}
		return next, row.do(&s)
	}
	return state, nil
}

// Trigger names what happened, as a row of the table does: "said recommend", "pressed g", "followed".
type Trigger string

// The triggers that are neither words nor buttons.
const (
	onFollowed   Trigger = "followed"
	onUnfollowed Trigger = "unfollowed"
	onSent       Trigger = "sent"
	onGroup      Trigger = "in a group"
	onOffers     Trigger = "offers ready"
	onPlan       Trigger = "plan ready"
	onHistory    Trigger = "history ready"
)

func said(i Intent) Trigger    { return Trigger("said " + string(i)) }
func pressed(a Action) Trigger { return Trigger("pressed " + string(a)) }

// Actions lists every button.
func Actions() []Action {
	return []Action{
		PressGrant, PressRefuse, PressDetails, PressAskFor, PressWithdraw, PressInterested, PressDecline, PressReason, PressWhy,
		PressForget, PressGift, PressMore, PressTry, PressStay, PressErase, PressKeep, PressHuman, PressStopAll, PressPause,
		PressFewer, PressRecommend, PressPlan, PressStatus, PressHistory, PressHelp,
	}
}

// situation is what the conditions and the effects of a row look at.
type situation struct {
	state State
	facts Facts
	on    Trigger

	words  Recognised
	press  Pressed
	follow Followed
	offers OffersReady
	plan   PlanAdvice
	count  int
}

func (s *situation) read(event Event) {
	switch e := event.(type) {
	case Said:
		s.words = e.Recognised
		s.on = said(e.Intent)
		if _, known := rowsByTrigger()[s.on]; !known {
			s.on = said(Other)
		}
	case Pressed:
		s.press = e
		s.on = pressed(e.Action)
		if _, known := rowsByTrigger()[s.on]; !known {
			// A button of a later or earlier version: it is answered like any other old button.
			s.on, s.press.Stale = pressed(PressInterested), true
		}
	case Followed:
		s.follow, s.on = e, onFollowed
	case Unfollowed:
		s.on = onUnfollowed
	case Sent:
		s.on = onSent
	case InGroup:
		s.on = onGroup
	case OffersReady:
		s.offers, s.on = e, onOffers
	case PlanReady:
		s.plan, s.on = e.Advice, onPlan
	case HistoryReady:
		s.count, s.on = e.Count, onHistory
	}
}

// States of a row.
type states []State

func (list states) has(state State) bool {
	if list == nil {
		return true
	}
	for _, s := range list {
		if s == state {
			return true
		}
	}
	return false
}

// Keep as the To of a row leaves the state as it is.
const Keep State = 255

// Condition is a named question about the situation; the zero one always holds.
type Condition struct {
	Name  string
	holds func(*situation) bool
}

// Row is one line of the transition table. Of the rows of a trigger, the first that fits decides.
type Row struct {
	On   Trigger
	From states // nil: every state
	When Condition
	To   State
	Does string // for people: what is done
	do   func(*situation) []Effect
}

// Table gives every row in order.
func Table() []Row { return append([]Row(nil), allRows()...) }

var rowsByTrigger = sync.OnceValue(func() map[Trigger][]Row {
	index := map[Trigger][]Row{}
	for _, row := range allRows() {
		index[row.On] = append(index[row.On], row)
	}
	return index
})

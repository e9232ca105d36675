// Package dialog decides what is said and done: states, intents, and the one transition table. It is pure: Step is a
// function of its arguments, effects are values, and the shell carries them out.
package dialog

import (
	"osusume/internal/consent"
	"osusume/internal/ids"
	"osusume/internal/phrase"
)

// State is where a one-to-one conversation stands. The numbers are stored; they never change meaning.
type State uint8

// The states. Consent is not a state: every rule that needs it asks Facts, and a property test holds it to that.
const (
	New       State = 0 // nothing has been said yet
	Idle      State = 1 // nothing is pending
	Asked     State = 2 // a notice is on the screen, awaiting a button
	Offered   State = 3 // offers are on the screen; answers apply to them
	Declined  State = 4 // an offer was declined and the reason was asked
	Planned   State = 5 // a plan comparison is on the screen
	Erasing   State = 6 // deletion was asked for and waits for its one confirmation
	HandedOff State = 7 // staff own the conversation
)

// States lists every state.
func States() []State {
	return []State{New, Idle, Asked, Offered, Declined, Planned, Erasing, HandedOff}
}

// Intent is what a customer's words mean.
type Intent string

// The intents of the public contract.
const (
	Recommend     Intent = "recommend"
	More          Intent = "more"
	Plan          Intent = "plan"
	Why           Intent = "why"
	Accept        Intent = "accept"
	Decline       Intent = "decline"
	OptIn         Intent = "opt_in"
	OptOut        Intent = "opt_out"
	ConsentStatus Intent = "consent_status"
	History       Intent = "history"
	Export        Intent = "export"
	Erase         Intent = "erase"
	Human         Intent = "human"
	Complaint     Intent = "complaint"
	Cancel        Intent = "cancel"
	Link          Intent = "link"
	Unlink        Intent = "unlink"
	Help          Intent = "help"
	Thanks        Intent = "thanks"
	Greeting      Intent = "greeting"
	Other         Intent = "other"
)

// Intents lists every intent in the order of the contract.
func Intents() []Intent {
	return []Intent{
		Recommend, More, Plan, Why, Accept, Decline, OptIn, OptOut, ConsentStatus, History, Export, Erase, Human,
		Complaint, Cancel, Link, Unlink, Help, Thanks, Greeting, Other,
	}
}

// Recognised is what Recognise makes of a text.
type Recognised struct {
	Intent     Intent
	Confidence float64 // 0 to 1
	Words      string  // the normalised words that decided, for a person to check
	Topic      string  // what the request is about, normalised; empty when nothing was named
}

// Action is what a button does. Each has a short stable code that postback data carries.
type Action string

// The buttons. StopAll is honoured without a signature, since it can only help the person who pressed it.
const (
	PressGrant      Action = "g"  // 同意する; Value = nonce
	PressRefuse     Action = "r"  // 同意しない; Value = nonce
	PressDetails    Action = "d"  // くわしく; Value = purpose or empty
	PressAskFor     Action = "a"  // 変更する / 再開する in the consent status; Value = purpose: shows its notice
	PressWithdraw   Action = "w"  // 変更する / おすすめを止める for one purpose; Value = purpose
	PressInterested Action = "i"  // 興味があります; Value = offer id
	PressDecline    Action = "n"  // 今回は見送る; Value = offer id
	PressReason     Action = "nr" // 高い … ; Value = offer id, Arg = DeclineReason
	PressWhy        Action = "y"  // なぜ？; Value = offer id
	PressForget     Action = "f"  // この情報を使わない; Value = SKU or FactPlanUse
	PressGift       Action = "gi" // 贈り物でした; Value = SKU
	PressMore       Action = "m"  // ほかを見る
	PressTry        Action = "t"  // 試してみる (a plan); Value = offer id
	PressStay       Action = "k"  // 今のまま; Value = offer id
	PressErase      Action = "e"  // 削除する; Value = nonce of the confirmation
	PressKeep       Action = "ek" // やめる
	PressHuman      Action = "h"  // 担当者と話す
	PressStopAll    Action = "stop"
	PressPause      Action = "p"  // 休む
	PressFewer      Action = "l"  // 減らす
	PressRecommend  Action = "o"  // a button that says the same as the word おすすめ
	PressPlan       Action = "pl" // … プラン
	PressStatus     Action = "s"  // … 同意状況
	PressHistory    Action = "hi" // … 履歴
	PressHelp       Action = "?"  // … ヘルプ
)

// FactPlanUse is the Value of PressForget that concerns the person's plan use instead of a product.
const FactPlanUse = "\x01plan"

// DeclineReason is the one-tap reason of a declined offer.
type DeclineReason string

// The reasons.
const (
	TooExpensive DeclineReason = "price" // 高い: this item and dearer ones of its category rest
	AlreadyHave  DeclineReason = "have"  // 持っている: counts as owned
	NotNow       DeclineReason = "later" // 今はいらない: this item rests 30 days
	NotMyTaste   DeclineReason = "taste" // 好みではない: its category rests 90 days
	TooOften     DeclineReason = "often" // 通知が多い: proactive messages are halved
	NoReason     DeclineReason = ""      // none given: this item rests 90 days
)

// Event is one thing that happened to a conversation. The set is closed.
type Event interface{ event() }

// The events.
type (
	// Followed: the person added the account, or unblocked it.
	Followed struct{ Unblocked bool }
	// Unfollowed: the person blocked the account. Nothing can be answered.
	Unfollowed struct{}
	// Said: words, already recognised.
	Said struct{ Recognised }
	// Pressed: a button whose signature, person and age were found good by the shell. Stale is set when it is good but
	// too old or already used, so that the answer can say so.
	Pressed struct {
		Action Action
		Value  string
		Arg    string
		Stale  bool
	}
	// Sent: something without words (sticker, image, location …); Kind is LINE's message type.
	Sent struct{ Kind string }
	// InGroup: a command or a mention in a group or room. Nothing personal may follow.
	InGroup struct{}
	// OffersReady answers an AskOffers effect: how many offers were found, and whether own purchases were used.
	OffersReady struct {
		Count    int
		Personal bool
	}
	// PlanReady answers an AskPlan effect.
	PlanReady struct{ Advice PlanAdvice }
	// HistoryReady answers an AskHistory effect.
	HistoryReady struct{ Count int }
)

func (Followed) event()     {}
func (Unfollowed) event()   {}
func (Said) event()         {}
func (Pressed) event()      {}
func (Sent) event()         {}
func (InGroup) event()      {}
func (OffersReady) event()  {}
func (PlanReady) event()    {}
func (HistoryReady) event() {}

// PlanAdvice is the outcome of a plan comparison.
type PlanAdvice uint8

// The outcomes.
const (
	PlanUnknown PlanAdvice = iota // no plan of this customer is known, or the shop has none
	PlanStay                      // the current plan is the cheapest that covers the use
	PlanUp                        // a higher plan would cover what goes beyond the current one
	PlanDown                      // a lower plan would cover the use for less
)

// Facts is what Step may know. All times are UTC milliseconds.
type Facts struct {
	NowMS     int64
	Subject   ids.Subject
	Lang      ids.Lang
	Standings consent.Standings
	Notice    string          // version of the notice in force; a grant under another one does not count
	AskCheck  consent.Refusal // for PressGrant and PressErase: whether the nonce can still be used
	AskFor    []ids.Purpose   // for PressGrant and PressRefuse: the purposes the pressed notice asked for
	Shown     int             // offers in the last answer that showed any
	HasOffer  bool            // Pressed.Value names an offer shown to this person
	Linked    bool            // the person is linked to a customer of the shop
	Contact   string
	Today     string // the date at the shop as the customer reads it, for receipts; empty leaves it out
}

// Granted says whether the purpose may be used now.
func (f Facts) Granted(p ids.Purpose) bool { return f.Standings.Granted(p, f.NowMS, f.Notice) }

// Effect is one thing to do. The set is closed; order matters only among those that speak.
type Effect interface{ effect() }

// The effects.
type (
	// Say sends one text bubble. Choices become quick replies (or buttons, as the phrase asks).
	Say struct {
		Key     phrase.Key
		Params  phrase.Params
		Choices []Choice
	}
	// ShowNotice sends the consent notice for the purposes, with its two equal buttons and 「くわしく」. The shell makes the
	// nonce, records the ask with the hash of the exact text, and a Requested ledger event.
	ShowNotice struct {
		Purposes []ids.Purpose
		Detail   bool // the long form, one switch a purpose
	}
	// ShowStatus sends every purpose with its state, date and the button that changes it.
	ShowStatus struct{}
	// Record appends to the ledger.
	Record struct {
		State    consent.State
		Purposes []ids.Purpose
		Method   consent.Method
	}
	// AskOffers asks the shell for offers; the answer comes back as OffersReady. Personal is set only when
	// purchase_history is granted.
	AskOffers struct {
		Personal bool
		More     bool // none that was shown since the last fresh request
		Topic    string
	}
	// ShowOffers sends the offers just found. Invite adds how to opt in.
	ShowOffers struct {
		Invite  bool
		Choices []Choice
	}
	// AskPlan asks for a plan comparison from own use; the answer comes back as PlanReady. Only with purchase_history.
	AskPlan struct{}
	// ShowPlan sends the comparison just made.
	ShowPlan struct{ Choices []Choice }
	// AskHistory asks for the purchases in use; the answer comes back as HistoryReady. Only with purchase_history.
	AskHistory struct{}
	// ShowHistory sends them with 使わない and 贈り物でした.
	ShowHistory struct{}
	// ShowWhy sends the facts behind one offer (or all of the last answer when Offer is empty), each with
	// この情報を使わない.
	ShowWhy struct{ Offer ids.OfferID }
	// Answer records what the person said of an offer. Offer empty means the last answer's only or first one.
	Answer struct {
		Offer    ids.OfferID
		Accepted bool
		Reason   DeclineReason
	}
	// ShowNext sends the next step of an accepted offer: its page, or how to get it at the shop.
	ShowNext struct{ Offer ids.OfferID }
	// Forget marks one fact as not to be used, named or offered again.
	Forget struct {
		Value string // SKU or FactPlanUse
		Gift  bool
	}
	// AskErase makes the nonce of the one confirmation and sends the question with 削除する and やめる.
	AskErase struct{}
	// EraseAll removes the person's purchases, words, link and everything else but the pseudonymous proof, and sends the
	// receipt.
	EraseAll struct{}
	// HandOff gives the conversation to staff. Complaint pauses offers as well.
	HandOff struct{ Complaint bool }
)

func (Say) effect()         {}
func (ShowNotice) effect()  {}
func (ShowStatus) effect()  {}
func (Record) effect()      {}
func (AskOffers) effect()   {}
func (ShowOffers) effect()  {}
func (AskPlan) effect()     {}
func (ShowPlan) effect()    {}
func (AskHistory) effect()  {}
func (ShowHistory) effect() {}
func (ShowWhy) effect()     {}
func (Answer) effect()      {}
func (ShowNext) effect()    {}
func (Forget) effect()      {}
func (AskErase) effect()    {}
func (EraseAll) effect()    {}
func (HandOff) effect()     {}

// Choice is one button: its label is a phrase, its action a postback. Say is the text LINE shows as if the customer had
// typed it (displayText); empty means the label.
type Choice struct {
	Label  phrase.Key
	Action Action
	Value  string
	Arg    string
}

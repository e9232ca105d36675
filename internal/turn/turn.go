// Package turn holds what one batch of turns reads from the store and writes back, in one transaction. It is what lets
// bot and db agree without importing each other.
package turn

import (
	"osusume/dialog"
	"osusume/internal/consent"
	"osusume/internal/ids"
	"osusume/internal/queue"
	"osusume/offers"
)

// Need says what one claimed event wants to know of its person. The store loads all needs of a batch with one statement
// a table, not one an event.
type Need struct {
	RowID       int64 // queue.Claimed.ID: the transaction ends with fault.Lost when the lease is no longer ours
	EventID     ids.EventID
	Subject     ids.Subject
	MessageHash string        // to see whether the words were unsent meanwhile
	History     bool          // purchases and plan use, given only under a live grant of purchase_history
	LastShown   bool          // the offers of the last answer that showed any
	Offers      []ids.OfferID // offers named by a pressed button
	Nonces      []string      // keyed hashes of nonces in a pressed button
}

// Conversation is the stored state of one dialogue.
type Conversation struct {
	State     dialog.State
	Version   int64     // 0 = no row yet; the write is compare-and-set on it
	LastBatch string    // names the offers last shown together
	ShownSKUs []ids.SKU // shown since the last fresh request, for 「ほかには？」
	Topic     string    // of the last fresh request: the customer's words, sealed by bot under the person's key
	Pending   ids.OfferID
	EraseHash string // keyed hash of the pending deletion's nonce
	EraseMS   int64  // when it was asked
}

// Person is what the store knows of one person, as far as the needs asked.
type Person struct {
	Subject      ids.Subject
	Known        bool   // a person row exists
	WrappedKey   []byte // the person's data key, wrapped; nil when not Known
	Lang         ids.Lang
	Blocked      bool
	Conversation Conversation
	Standings    consent.Standings
	Customer     ids.Customer    // the linked customer, empty when none
	History      *offers.History // nil without a grant, or when not needed
	Marks        []offers.Mark
	Shown        []Shown       // the last answer's offers, in their order (LastShown)
	Pressed      []Shown       // the offers named in Need.Offers that were shown to this very person
	Asks         []consent.Ask // the asks named in Need.Nonces, whoever they belong to
	Unsent       bool          // the event's words were unsent
	LeaseGone    bool          // not set by stores; see fault.Lost
}

// Shown is one offer as it was shown to one person.
type Shown struct {
	Offer   offers.Offer // with ID, reason and propensity
	Subject ids.Subject
	Batch   string // offers of one answer share it
	Rank    int    // 0 first
	AtMS    int64
	General bool // shown without own purchases
}

// Answer is what a person said of an offer.
type Answer struct {
	Offer    ids.OfferID
	Accepted bool
	Reason   dialog.DeclineReason
	AtMS     int64
}

// Words is a text of the customer, sealed under the person's own key with MessageHash as context.
type Words struct {
	MessageHash string
	AtMS        int64
	Sealed      []byte
}

// NewPerson creates or updates a person row.
type NewPerson struct {
	WrappedKey []byte // used only when the person has no key yet
	LineID     []byte // the LINE user id sealed under that key, with the subject as context
	Lang       ids.Lang
}

// NoticeCopy keeps the exact bytes of a notice under their hash, so that what a person saw can be shown again.
type NoticeCopy struct {
	SHA256  string
	Version string
	Lang    ids.Lang
	Bytes   []byte // the JSON of render.NoticeText
}

// CaseKind is why staff are needed.
type CaseKind string

// The kinds.
const (
	CaseHuman     CaseKind = "human"
	CaseComplaint CaseKind = "complaint"
)

// Outcome is what one turn leaves behind. Every slice may be empty.
type Outcome struct {
	RowID        int64
	Subject      ids.Subject
	EventID      ids.EventID
	Person       *NewPerson // nil: no change
	SetBlocked   *bool
	Conversation *Conversation // nil: no change; Version is the version read, the store writes Version+1
	Ledger       []consent.Event
	Asks         []consent.Ask
	Notices      []NoticeCopy // only copies this process has not stored before; storing one again is harmless
	UsedAsks     []string     // nonce hashes consumed; fault.Lost when one was consumed meanwhile
	Shown        []Shown
	Answers      []Answer
	Marks        []offers.Mark
	Words        *Words // retained text; nil when none
	Case         CaseKind
	Erase        bool // remove everything of the person after the rest was applied
	Out          []queue.Out
	AtMS         int64
}

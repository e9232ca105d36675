// Package queue holds what is stored between webhook, worker and sender, and the retry policy.
package queue

import (
	"osusume/internal/consent"
	"osusume/internal/ids"
)

// In is one webhook event as intake stores it. Payload is LINE's event JSON sealed under inbox key KeyID; everything
// else is what routing, ordering, deduplication and unsend need without opening it.
type In struct {
	EventID     ids.EventID // unique; a second copy is ignored
	Subject     ids.Subject // the person, or the group or room for events from one, or a hash of EventID when LINE names nobody
	Kind        string      // LINE's event type, at most 40 bytes
	AtMS        int64       // LINE's timestamp, UTC milliseconds
	ReceivedMS  int64       // when this copy reached us
	Redelivered bool
	MessageHash string // keyed hash of message.id, empty when the event carries no message
	OptOut      bool   // recognised at the door; such an event is claimed before others
	KeyID       int64
	Payload     []byte
}

// Unsend asks that the words of one message be removed everywhere, also when the message has not come yet.
type Unsend struct {
	Subject     ids.Subject
	MessageHash string
	AtMS        int64
}

// Bad is an event that could not be understood, set aside without its content.
type Bad struct {
	EventID    ids.EventID // may be empty
	ReceivedMS int64
	Reason     string // one of a closed list; never content
}

// Intake is what one or more webhook requests put into the store in one transaction.
type Intake struct {
	Events      []In
	Withdrawals []consent.Event
	Unsends     []Unsend
	Bad         []Bad
}

// Claimed is an event a worker holds until LeaseUntilMS.
type Claimed struct {
	ID           int64
	EventID      ids.EventID
	Subject      ids.Subject
	Kind         string
	AtMS         int64
	ReceivedMS   int64
	Redelivered  bool
	MessageHash  string
	OptOut       bool
	KeyID        int64
	Payload      []byte // nil when the words were unsent before we came to them
	Attempt      int    // 1 on the first claim
	LeaseUntilMS int64
}

// OutKind tells a free reply from a counted push.
type OutKind uint8

// The two ways to speak.
const (
	Reply OutKind = 1
	Push  OutKind = 2
)

// OutState is where an outgoing message stands.
type OutState uint8

// The states. Sent, Failed, Unknown and Suppressed are final.
const (
	Queued     OutState = 1 // waiting for NextTryMS
	Sent       OutState = 2 // LINE accepted it (2xx, or 409 for a push)
	Failed     OutState = 3 // LINE refused it; nothing was delivered
	Unknown    OutState = 4 // LINE may or may not have accepted it; shown to staff, never sent again
	Suppressed OutState = 5 // we decided not to send it (consent gone, kill switch)
)

// Out is one call to LINE as the worker stores it before the first attempt. Body is the exact request body sealed under
// inbox key KeyID; it never changes between attempts.
type Out struct {
	ID         int64 // given by the store
	Subject    ids.Subject
	EventID    ids.EventID // the event it answers; empty for a proactive push
	Kind       OutKind
	KeyID      int64
	Body       []byte
	RetryKey   string // UUID; pushes carry it from the first attempt, replies never send it
	BornMS     int64
	DeadlineMS int64 // after this no attempt starts: the reply token's life, or 23 h for a push
	NextTryMS  int64
	Attempt    int  // attempts already made
	Doubtful   bool // an earlier attempt may have been accepted
}

// Result is what one attempt came to. NextTryMS matters only when State is Queued.
type Result struct {
	ID        int64
	State     OutState
	Attempt   int
	NextTryMS int64
	Status    int    // HTTP status, 0 when there was no answer
	RequestID string // LINE's x-line-request-id
	Doubtful  bool
	DoneMS    int64
}

// Package bot is the worker and the sender: it claims events in batches, loads what they need, runs the turns, writes
// their outcomes, and speaks to LINE.
package bot

import (
	"context"

	"osusume/internal/ids"
	"osusume/internal/queue"
	"osusume/internal/turn"
)

// Inbox is what the worker needs of the store. db.Store implements it.
type Inbox interface {
	// Claim leases up to limit events until nowMS+leaseMS: per subject the oldest open one only, opt-outs first. Two
	// processes never hold events of one subject at the same time while leases are honoured.
	Claim(ctx context.Context, nowMS, leaseMS int64, limit int) ([]queue.Claimed, error)
	// Turns runs a batch in one transaction: it locks the leased rows (fault.Lost names those that are no longer ours and
	// nothing is changed), loads what is needed, calls decide, and writes the outcomes with the events marked done. The
	// Persons are in the order of needs. decide must be quick and must not do I/O. It returns the outgoing messages with
	// their ids, leased to this process until nowMS+leaseMS.
	Turns(ctx context.Context, nowMS, leaseMS int64, needs []turn.Need, decide func([]turn.Person) ([]turn.Outcome, error)) ([]queue.Out, error)
	// GiveUp ends events that cannot be processed, so that a poisoned one does not loop; reason is from a closed list.
	GiveUp(ctx context.Context, nowMS int64, rowIDs []int64, reason string) error
	// Languages gives the stored language of the subjects that have one.
	Languages(ctx context.Context, subjects []ids.Subject) (map[ids.Subject]ids.Lang, error)
	// InboxKey gives the wrapped inbox key, fault.NotFound when it was destroyed.
	InboxKey(ctx context.Context, id int64) ([]byte, error)
}

// Outbox is what the sender needs of the store. db.Store implements it.
type Outbox interface {
	// ClaimOut leases queued messages that are due, oldest first. One whose former lease ran out without a result comes
	// back Doubtful: whoever held it may have died in the middle of an attempt that LINE accepted.
	ClaimOut(ctx context.Context, nowMS, leaseMS int64, limit int) ([]queue.Out, error)
	// Record writes the results of attempts in one transaction; the body of a final message is removed. A message that is
	// already final is left as it is.
	Record(ctx context.Context, nowMS int64, results []queue.Result) error
	InboxKey(ctx context.Context, id int64) ([]byte, error)
}

// Package webhook is the door: it limits, authenticates, splits and stores what LINE delivers, and answers 200 only
// after the store has committed.
package webhook

import (
	"context"

	"osusume/internal/queue"
)

// Inbox is what the door needs of the store. db.Store implements it.
type Inbox interface {
	// Append stores everything of the intake in one transaction and gives the number of events that were new. Events
	// whose id is known already are ignored. Withdrawals go to the ledger and the current state; unsends remove the
	// words of waiting and retained messages and are remembered for messages still to come.
	Append(ctx context.Context, intake queue.Intake) (stored int, err error)
}

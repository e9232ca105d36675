package queue

import "fmt"

// LostRows is the inner error of a fault.Lost that names the events whose lease is no longer ours. Nothing was changed;
// the others may be tried again without them.
type LostRows struct{ IDs []int64 }

func (l *LostRows) Error() string {
	return fmt.Sprintf("%d events are no longer leased to this process", len(l.IDs))
}

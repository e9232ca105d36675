// Package fault is the closed list of error kinds that rooms distinguish. Inner errors are wrapped with what was being
// done; the edge (HTTP, LINE, terminal) maps a kind to words a person can act on.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what an error means to the caller, not where it came from.
type Kind uint8

// The kinds. Other is what an error without a kind has.
const (
	Other    Kind = iota
	NotFound      // the thing named does not exist
	Conflict      // it exists already, or another writer was first
	Denied        // not allowed: no grant, wrong role, wrong person
	Invalid       // the input cannot be understood or is out of range
	Later         // temporarily impossible; the same call may succeed later
	Lost          // a lease or transaction is no longer ours
)

func (k Kind) String() string {
	switch k {
	case NotFound:
		return "not found"
	case Conflict:
		return "conflict"
	case Denied:
		return "denied"
	case Invalid:
		return "invalid"
	case Later:
		return "try again later"
	case Lost:
		return "lost"
	default:
		return "error"
	}
}

// Error is an error with a kind. Op says what was being done, in lower case, without personal data.
type Error struct {
	Kind Kind
	Op   string
	Err  error
}

func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s: %s", e.Op, e.Kind)
	}
	return fmt.Sprintf("%s: %v", e.Op, e.Err)
}

// Unwrap gives the inner error to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Err }

// New wraps err (which may be nil) with a kind and the operation.
func New(kind Kind, op string, err error) error { return &Error{Kind: kind, Op: op, Err: err} }

// Newf is New with a formatted inner message.
func Newf(kind Kind, op, format string, args ...any) error {
	return &Error{Kind: kind, Op: op, Err: fmt.Errorf(format, args...)}
}

// KindOf is the outermost kind in the chain that is not Other.
func KindOf(err error) Kind {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return Other
		}
		if e.Kind != Other {
			return e.Kind
		}
		err = e.Err
	}
	return Other
}

// Is says whether err has the kind.
func Is(err error, kind Kind) bool { return KindOf(err) == kind }

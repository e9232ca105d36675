package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"osusume/internal/fault"
)

func TestKindIsFoundThroughWrapping(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	inner := fault.New(fault.Conflict, "db: insert", cause)
	outer := fmt.Errorf("bot: turn: %w", inner)
	if !fault.Is(outer, fault.Conflict) || !errors.Is(outer, cause) {
		t.Errorf("%v has kind %v", outer, fault.KindOf(outer))
	}
	if got := outer.Error(); got != "bot: turn: db: insert: cause" {
		t.Errorf("message %q", got)
	}
	if got := fault.KindOf(fault.New(fault.Other, "op", inner)); got != fault.Conflict {
		t.Errorf("an outer error without a kind hides the inner one: %v", got)
	}
	if fault.KindOf(nil) != fault.Other || fault.KindOf(cause) != fault.Other {
		t.Error("no error or a plain one has a kind")
	}
}

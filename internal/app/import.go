package app

import (
	"context"
	"errors"
)

func runImport(_ context.Context, _ invocation) error { return errors.New("is not wired yet") }

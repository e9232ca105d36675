package app

import (
	"context"
	"errors"
)

func runTrain(_ context.Context, _ invocation) error { return errors.New("is not wired yet") }

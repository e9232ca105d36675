package app

import (
	"context"
	"errors"
)

// runChat is the command chat. SIM replaces this file.
func runChat(_ context.Context, _ invocation) error {
	return errors.New("chat is not there yet")
}

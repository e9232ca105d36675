// Command osusume is a self-hosted LINE shop assistant: it suggests what fits, and only what the customer agreed to.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"osusume/internal/app"
)

// collectAt trades some of the memory that is free anyway (see make bench) for a tenth of the processor time of an event.
const collectAt = 200

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal must end the program at once, so the handler goes away with the first one.
	go func() {
		<-ctx.Done()
		stop()
	}()
	os.Exit(app.Run(ctx, os.Args[1:], os.LookupEnv, os.Stdin, os.Stdout, os.Stderr))
}

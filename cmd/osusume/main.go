// Command osusume is a self-hosted LINE shop assistant: it suggests what fits, and only what the customer agreed to.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"osusume/internal/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal must end the program at once, so the handler goes away with the first one.
	go func() {
		<-ctx.Done()
		stop()
	}()
	os.Exit(app.Run(ctx, os.Args[1:], os.LookupEnv, os.Stdin, os.Stdout, os.Stderr))
}

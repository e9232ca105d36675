package app

import "context"

const serveExample = `LINE_CHANNEL_SECRET_FILE=secret.txt LINE_CHANNEL_TOKEN_FILE=token.txt \
OSUSUME_PRIVACY_URL=https://shop.example/privacy OSUSUME_CONTACT=03-1234-5678 \
osusume serve --database-url sqlite:/var/lib/osusume/shop.db --public-url https://bot.shop.example`

// runServe is the command serve.
func runServe(ctx context.Context, inv invocation) error {
	line := newCommandLine("serve [FLAG…]", "Runs the server for a real LINE account until it is told to stop.", serveExample, allSettings()...)
	words, err := line.parse(inv)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return usageError{"takes flags only"}
	}
	settings, err := line.load(inv.env)
	if err != nil {
		return err
	}
	if err := settings.requireServe(); err != nil {
		return err
	}
	running, err := startServer(ctx, settings, serverOptions{})
	if err != nil {
		return err
	}
	<-ctx.Done()
	return running.Stop()
}

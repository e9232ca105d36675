package app

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"go.uber.org/zap"

	"osusume/internal/obs"
)

const serveExample = `LINE_CHANNEL_SECRET_FILE=secret.txt LINE_CHANNEL_TOKEN_FILE=token.txt \
OSUSUME_PRIVACY_URL=https://shop.example/privacy OSUSUME_CONTACT=03-1234-5678 \
osusume serve --database-url sqlite:/var/lib/osusume/shop.db --public-url https://bot.shop.example`

// runServe is the command serve.
func runServe(ctx context.Context, inv invocation) error {
	line := newCommandLine("serve [FLAG…]", "Runs the server for a real LINE account until it is told to stop (SIGINT or SIGTERM). The webhook is /callback\nbelow --public-url.", serveExample, allSettings()...)
	check := line.set.Bool("check", false, "ask the server that runs on --addr whether it is alive, and exit 0 or 1 (for containers)")
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
	if *check {
		return checkAlive(ctx, settings.Addr)
	}
	if err := settings.requireServe(); err != nil {
		return err
	}
	log, err := obs.NewLogger(settings.LogLevel, inv.stderr, isTerminal(inv.stderr))
	if err != nil {
		return err
	}
	running, err := startServer(ctx, settings, serverOptions{log: log})
	if err != nil {
		return err
	}
	log.Info("ready", zap.String("webhook", settings.PublicURL+"/callback"), zap.String("metrics", running.MetricsAddr()))
	<-ctx.Done()
	log.Info("stopping")
	if err := running.Stop(); err != nil {
		return err
	}
	log.Info("stopped")
	return nil
}

// checkAlive asks the server on this machine. The image has no other program that could.
func checkAlive(ctx context.Context, addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return settingError{"OSUSUME_ADDR", "cannot be understood"}
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return err
	}
	response, err := (&http.Client{Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return fmt.Errorf("not alive: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // read only
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<10))
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("not alive: status %d", response.StatusCode)
	}
	return nil
}

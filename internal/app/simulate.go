package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"go.uber.org/zap"

	"osusume/internal/linesim"
	"osusume/internal/simpage"
)

const simulateExample = `osusume simulate --webhook http://127.0.0.1:3000/webhook
LINE_CHANNEL_SECRET=s3cret osusume simulate --addr 127.0.0.1:8090 --bot-name 'My bot'`

// simulateWait bounds how long the simulator takes to end.
const simulateWait = 3 * time.Second

// simulateOptions are the flags of simulate.
type simulateOptions struct {
	addr, webhook, bot, secret, token string
	quota                             int
	rates                             bool
}

// runSimulate is the command simulate: LINE's side alone, for a bot in any language.
func runSimulate(ctx context.Context, inv invocation) error {
	o, err := simulateFlags(inv)
	if err != nil {
		return err
	}
	sim := linesim.New(linesim.Config{
		BotName: o.bot, ChannelSecret: o.secret, ChannelToken: o.token, WebhookURL: o.webhook, Quota: o.quota, RateLimits: o.rates,
		KeepMessages: demoMessages,
	})
	defer sim.Close()
	sim.AddUser(linesim.UserID("hanako"), "山田 花子", "ja")
	sim.AddUser(linesim.UserID("john"), "John Smith", "en")
	page := simpage.New(simpage.Config{Sim: sim, Title: "LINE simulator – " + o.bot, People: []simpage.Person{
		{ID: linesim.UserID("hanako"), Story: simpage.Words{JA: "日本語のプロフィール", EN: "Profile in Japanese"}},
		{ID: linesim.UserID("john"), Story: simpage.Words{JA: "英語のプロフィール", EN: "Profile in English"}},
	}})
	defer page.Close()
	at, err := listen(ctx, o.addr, 0, zap.NewNop())
	if err != nil {
		return usageOfAddr(err)
	}
	// A picture in a control call may be larger, and a bot slower, than LINE's webhook ever is.
	at.server.ReadTimeout = time.Minute
	mux := http.NewServeMux()
	mux.Handle("/simulator/", page)
	mux.Handle("/simulator", page)
	mux.Handle("GET /{$}", http.RedirectHandler("/simulator/", http.StatusFound))
	at.serve(plainPaths(sim, mux), zap.NewNop())
	addr := localAddr(at.socket.Addr().String())
	fmt.Fprintf(inv.stdout, "LINE simulator\n\n  chat page       http://%s/simulator/\n  control API     http://%s/simulator/api/state\n", addr, addr)
	fmt.Fprintf(inv.stdout, "  API base URL    http://%s   (for both api.line.me and api-data.line.me)\n", addr)
	fmt.Fprintf(inv.stdout, "  channel secret  %s\n  access token    %s\n", sim.ChannelSecret(), sim.ChannelToken())
	if o.webhook == "" {
		fmt.Fprintf(inv.stdout, "\nNo webhook is set. Give --webhook URL, or PUT {\"url\": …} to /simulator/api/webhook.\n")
	} else {
		fmt.Fprintf(inv.stdout, "  webhook         %s\n", o.webhook)
	}
	fmt.Fprintln(inv.stdout, "\nCtrl-C ends it.")
	<-ctx.Done()
	page.Close()
	closing, cancel := context.WithTimeout(context.Background(), simulateWait)
	defer cancel()
	return at.stop(closing)
}

// plainPaths keeps the mux from tidying LINE's paths: an address with a doubled slash is unknown to LINE, and must stay so.
func plainPaths(sim, mux http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/simulator") || r.URL.Path == "/" {
			mux.ServeHTTP(w, r)
			return
		}
		sim.ServeHTTP(w, r)
	})
}

func usageOfAddr(err error) error {
	return fmt.Errorf("--addr cannot be used: %s", socketProblem(errors.Unwrap(err)))
}

func simulateFlags(inv invocation) (simulateOptions, error) {
	var o simulateOptions
	line := newCommandLine("simulate [FLAG…]",
		"Plays LINE for a bot in any language: the Messaging API with LINE's rules and errors, signed webhooks, a chat page, and\na control API for tests. See docs/simulator.md.", simulateExample)
	line.set.StringVar(&o.addr, "addr", "127.0.0.1:8090", "listen on `host:port`; whoever reaches it can act as any user")
	line.set.StringVar(&o.webhook, "webhook", "", "the bot's webhook `url`")
	line.set.StringVar(&o.bot, "bot-name", "Bot", "the account's display `name`")
	line.set.StringVar(&o.token, "channel-token", "", "the channel access `token`; default: LINE_CHANNEL_TOKEN, else made up")
	line.set.StringVar(&o.secret, "channel-secret", "", "the channel `secret`; default: LINE_CHANNEL_SECRET, else made up")
	line.set.IntVar(&o.quota, "quota", 0, "counted messages a month, a `number`; 0 is no limit")
	line.set.BoolVar(&o.rates, "rate-limits", false, "enforce LINE's rate limits")
	words, err := line.parse(inv)
	if err != nil {
		return o, err
	}
	if len(words) > 0 {
		return o, usageError{"takes flags only"}
	}
	if o.secret == "" {
		o.secret, _ = inv.env("LINE_CHANNEL_SECRET")
	}
	if o.token == "" {
		o.token, _ = inv.env("LINE_CHANNEL_TOKEN")
	}
	if err := checkAddr(o.addr); err != nil {
		return o, usageError{"--addr " + err.Error()}
	}
	if u, err := url.Parse(o.webhook); o.webhook != "" && (err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "") {
		return o, usageError{"--webhook must be http://… or https://…"}
	}
	if o.quota < 0 {
		return o, usageError{"--quota must not be negative"}
	}
	return o, nil
}

package app

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"osusume/internal/linesim"
	"osusume/internal/obs"
	"osusume/internal/sample"
	"osusume/internal/simpage"
)

const demoExample = `osusume demo
OSUSUME_ADDR=127.0.0.1:9000 osusume demo
osusume demo --database-url sqlite:demo.db`

// demoSettings are the settings that mean something to demo; LINE is always the simulator.
func demoSettings() []string {
	return []string{
		"DATABASE_URL", "OSUSUME_ADDR", "OSUSUME_METRICS_ADDR", "OSUSUME_SECRET_KEY", "OSUSUME_TIMEZONE", "OSUSUME_SHOP_NAME",
		"OSUSUME_STATISTICS_BASIS", "OSUSUME_LOG",
	}
}

// runDemo is the command demo: the real server, the sample shop and LINE's side in this process.
func runDemo(ctx context.Context, inv invocation) error {
	line := newCommandLine("demo [FLAG…]",
		"Shows everything with no set-up: a sample shop, the LINE simulator with its chat page, and the server. Uses a temporary\ndatabase unless DATABASE_URL is set, and leaves nothing behind.", demoExample, demoSettings()...)
	words, err := line.parse(inv)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return usageError{"takes flags only"}
	}
	fmt.Fprintln(inv.stderr, "準備しています… / getting ready…")
	d, err := openDemo(ctx, line, inv)
	if err != nil {
		if ctx.Err() != nil {
			return nil // told to stop before it began
		}
		return err
	}
	d.tell(inv)
	<-ctx.Done()
	return d.close()
}

// tempFolder makes a folder for one run. A container without a temporary directory uses the working one.
func tempFolder(prefix string) (string, error) {
	dir, err := os.MkdirTemp("", prefix)
	if errors.Is(err, os.ErrNotExist) {
		dir, err = os.MkdirTemp(".", prefix)
	}
	if err != nil {
		return "", fmt.Errorf("temporary folder: %w", err)
	}
	return dir, nil
}

// demo is everything behind the chat page.
type demo struct {
	dir    string
	sim    *linesim.Sim
	page   *simpage.Page
	server *server
}

// close ends everything and removes what was stored.
func (d *demo) close() error {
	var err error
	if d.page != nil {
		d.page.Close()
	}
	if d.server != nil {
		err = d.server.Stop()
	}
	if d.sim != nil {
		d.sim.Close()
	}
	return errors.Join(err, os.RemoveAll(d.dir))
}

// demoMessages is how much of a conversation the page can scroll back to.
const demoMessages = 20_000

func openDemo(ctx context.Context, line *commandLine, inv invocation) (_ *demo, err error) {
	dir, err := tempFolder("osusume-demo-")
	if err != nil {
		return nil, err
	}
	d := &demo{dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close())
		}
	}()
	given, err := line.load(demoEnv(line, inv.env, dir, "http://127.0.0.1", nil))
	if err != nil {
		return nil, err
	}
	log, err := obs.NewLogger(given.LogLevel, inv.stderr, isTerminal(inv.stderr))
	if err != nil {
		return nil, err
	}
	d.sim = linesim.New(linesim.Config{BotName: given.ShopName, KeepMessages: demoMessages})
	api, err := d.sim.Start("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	env := demoEnv(line, inv.env, dir, api, d.sim)
	settings, err := newCommandLine("demo", "", "", allSettings()...).load(env)
	if err != nil {
		return nil, err
	}
	people, links := demoPeople(d.sim)
	if err := stockShop(ctx, dir, env, links); err != nil {
		return nil, err
	}
	d.page = simpage.New(simpage.Config{
		Sim: d.sim, Title: given.ShopName + " – osusume demo", People: people, FixedWebhook: true, Tour: true,
		Images: sample.Pictures(), ImageBase: sample.PictureBase,
		Links: demoLinks(settings),
		Tries: []simpage.Words{{JA: "おすすめ", EN: "recommend"}, {JA: "なぜ？", EN: "why?"}, {JA: "プラン", EN: "plan"}, {JA: "履歴", EN: "history"}, {JA: "同意状況", EN: "privacy"}, {JA: "停止", EN: "stop"}, {JA: "ヘルプ", EN: "help"}},
	})
	console := demoConsole(settings)
	d.server, err = startServer(ctx, settings, serverOptions{log: log, pages: map[string]http.Handler{
		"/simulator/": d.page, "/simulator": d.page, "GET /console/": console, "GET /console": console, frontPage: http.RedirectHandler("/simulator/", http.StatusFound),
	}})
	if err != nil {
		return nil, err
	}
	d.sim.SetWebhookURL("http://" + localAddr(d.server.Addr()) + "/callback")
	return d, nil
}

// demoEnv is the environment of the server in the demo. What a person set stays; LINE is the simulator in any case, so
// that a demo never reaches a shop's LINE account.
func demoEnv(line *commandLine, outer Env, dir, api string, sim *linesim.Sim) Env {
	fixed := map[string]string{
		"OSUSUME_PRIVACY_URL": sample.PrivacyURL, "OSUSUME_CONTACT": sample.Contact, "LINE_API_BASE_URL": api, "LINE_DATA_API_BASE_URL": api,
	}
	if sim != nil {
		fixed["LINE_CHANNEL_SECRET"], fixed["LINE_CHANNEL_TOKEN"] = sim.ChannelSecret(), sim.ChannelToken()
	}
	defaults := map[string]string{
		"DATABASE_URL": "sqlite:" + filepath.Join(dir, "osusume.db"), "OSUSUME_SHOP_NAME": sample.ShopName,
		"OSUSUME_STATISTICS_BASIS": string(BasisTerms), "OSUSUME_LOG": "error",
	}
	return func(name string) (string, bool) {
		if v, ok := fixed[name]; ok {
			return v, true
		}
		if strings.HasPrefix(name, "LINE_") {
			return "", false
		}
		if v := line.given[name]; v != nil {
			return *v, true
		}
		v, ok := outer(name)
		file, _ := outer(name + "_FILE")
		if given := line.given[name+"_FILE"]; given != nil {
			file = *given
		}
		if d := defaults[name]; d != "" && strings.TrimSpace(v) == "" && file == "" {
			return d, true
		}
		return v, ok
	}
}

// demoPeople makes the introduced customers known to the platform, and somebody whom the shop does not know.
func demoPeople(sim *linesim.Sim) (people []simpage.Person, links [][2]string) {
	add := func(id, name string, story simpage.Words) {
		sim.AddUser(id, name, "ja")
		people = append(people, simpage.Person{ID: id, Story: story})
	}
	add(linesim.UserID("somebody new"), "佐藤 陽菜", simpage.Words{JA: "はじめて友だちになる人", EN: "Somebody new to the shop"})
	for _, p := range sample.People() {
		user := linesim.UserID(p.ID)
		add(user, p.Name, simpage.Words{JA: p.JA, EN: p.EN})
		links = append(links, [2]string{p.ID, user})
	}
	hannah := linesim.UserID("visitor in English")
	sim.AddUser(hannah, "Hannah Miller", "en")
	people = append(people, simpage.Person{ID: hannah, Story: simpage.Words{JA: "英語で話す旅行者", EN: "A visitor who writes in English"}})
	return people, links
}

func demoLinks(s Settings) []simpage.Link {
	links := []simpage.Link{{Label: simpage.Words{JA: "管理画面", EN: "Console"}, URL: "/console/"}}
	if s.MetricsAddr != "" {
		links = append(links, simpage.Link{Label: simpage.Words{JA: "メトリクス", EN: "Metrics"}, URL: "http://" + localAddr(s.MetricsAddr) + "/metrics"})
	}
	return links
}

// localAddr is an address of this machine for a listener that takes every address.
func localAddr(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// tell says where everything is and what to try.
func (d *demo) tell(inv invocation) {
	base := "http://" + strings.Replace(localAddr(d.server.Addr()), "127.0.0.1", "localhost", 1)
	out := inv.stdout
	fmt.Fprintf(out, "\n%s – osusume demo\n\n", d.server.shopName)
	fmt.Fprintf(out, "  chat     %s/simulator/\n  console  %s/console/\n", base, base)
	if addr := d.server.MetricsAddr(); addr != "" {
		fmt.Fprintf(out, "  metrics  http://%s/metrics\n", localAddr(addr))
	}
	fmt.Fprint(out, `
試してみること / what to try
  1. chat のページを開き、お客さまを選んで「友だち追加」を押す   open the chat, choose a customer, add the account
  2. 「同意する」を押してから「おすすめ」「なぜ？」「プラン」     agree, then ask: おすすめ, なぜ？, プラン
  3. 「停止」と送る。いつでも、すぐに止まります                 send 停止: it stops at once, always

終わるには Ctrl-C / Ctrl-C ends the demo
`)
}

// consoleSoon is what stands at /console/ until the console is there.
var consoleSoon = template.Must(template.New("console").Parse(`<!doctype html>
<html lang="ja"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.}} – 管理画面</title>
<h1>{{.}} – 管理画面</h1>
<p>スタッフ用の管理画面は準備中です。<span lang="en">The staff console is not part of this version yet.</span></p>
<p><a href="/simulator/">チャットのページへ / to the chat page</a></p>
</html>
`))

func demoConsole(s Settings) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		_ = consoleSoon.Execute(w, s.ShopName) // a browser that went away has nobody to tell
	})
}

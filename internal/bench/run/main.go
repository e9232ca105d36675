// Command run is `make bench`'s whole-program part: the real binary on PostgreSQL (fsync on), load and LINE's platform in
// another process, and beside it, in the same run, the smallest bot on LINE's official SDK.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	secret = "0123456789abcdef0123456789abcdef"
	token  = "bench-token"
)

func main() {
	seconds := flag.Float64("seconds", 10, "length of each measurement in seconds")
	rounds := flag.Int("rounds", 3, "measurements of each bot, alternating")
	customers := flag.Int("customers", 200, "customers who chat at the same time")
	products := flag.Int("products", 10_000, "products of the catalog")
	members := flag.Int("members", 100_000, "customers with purchases")
	sqlite := flag.Bool("sqlite", false, "measure osusume on SQLite too")
	each := flag.Int("purchases", 10, "purchases of each")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	dir, err := os.MkdirTemp("", "osusume-bench-")
	if err == nil {
		b := &bench{dir: dir, shop: shop{Products: *products, Customers: *members, Chatting: *customers, PurchasesEach: *each}, seconds: *seconds, rounds: *rounds, sqlite: *sqlite}
		err = b.run(ctx)
		b.close()
		_ = os.RemoveAll(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type bench struct {
	dir     string
	shop    shop
	seconds float64
	rounds  int
	sqlite  bool
	pg      *cluster
	load    *loader
	started []*exec.Cmd
}

func (b *bench) close() {
	for _, command := range b.started {
		_ = command.Process.Kill()
		_ = command.Wait()
	}
	if b.pg != nil {
		b.pg.stop()
	}
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

func (b *bench) run(ctx context.Context) error {
	for program, pkg := range map[string]string{"osusume": "./cmd/osusume", "load": "./internal/bench/load", "smallbot": "./internal/bench/smallbot"} {
		build := exec.CommandContext(ctx, "go", "build", "-o", b.path(program), pkg)
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("build %s: %w", pkg, err)
		}
	}
	fmt.Printf("generate: %d products, %d customers, %d purchase rows\n", b.shop.Products, b.shop.Customers, b.shop.Customers*b.shop.PurchasesEach)
	if err := b.shop.write(b.dir, time.Now()); err != nil {
		return fmt.Errorf("generate: %w", err)
	}
	var err error
	if b.pg, err = startPostgres(ctx, b.dir); err != nil {
		return fmt.Errorf("PostgreSQL: %w", err)
	}
	if _, err := b.command(ctx, b.pg.url("bench"), "migrate", "--app-user", "bench_app", "--app-password", "bench-app-password"); err != nil {
		return err
	}
	databases := []database{{"osusume", b.app()}}
	if b.sqlite {
		databases = append(databases, database{"on SQLite", "sqlite:" + b.path("shop.db")})
	}
	for _, d := range databases {
		if err := b.prepare(ctx, d); err != nil {
			return err
		}
	}
	if b.load, err = b.startLoad(ctx); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	return b.measure(ctx, databases)
}

// database is what one osusume under measurement stands on; name is how the table calls it.
type database struct{ name, url string }

// prepare imports and trains with the real commands and prints what each took.
func (b *bench) prepare(ctx context.Context, d database) error {
	fmt.Printf("%s\n", d.name)
	for _, step := range []struct {
		args []string
		rows int
	}{
		{[]string{"import", "products", b.path("products.csv")}, b.shop.Products},
		{[]string{"import", "purchases", b.path("purchases.csv")}, b.shop.Customers * b.shop.PurchasesEach},
		{[]string{"import", "links", b.path("links.csv")}, b.shop.Chatting},
		{[]string{"train"}, b.shop.Customers * b.shop.PurchasesEach},
	} {
		used, err := b.command(ctx, d.url, step.args...)
		if err != nil {
			return err
		}
		fmt.Printf("%-18s %8d rows  %6.2f s  %9.0f rows/s  peak %4.0f MB\n",
			strings.Join(step.args[:min(2, len(step.args))], " "), step.rows, used.seconds, float64(step.rows)/used.seconds, used.peakMB)
	}
	return nil
}

func (b *bench) app() string {
	return strings.Replace(b.pg.url("bench_app"), "bench_app@", "bench_app:bench-app-password@", 1)
}

func (b *bench) env(database string) []string {
	return append(os.Environ(),
		"DATABASE_URL="+database, "OSUSUME_SECRET_KEY=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "OSUSUME_STATISTICS_BASIS=terms",
		"OSUSUME_LOG=warn", "OSUSUME_PRIVACY_URL=https://shop.example.com/privacy", "OSUSUME_CONTACT=0120-000-000",
		"LINE_CHANNEL_SECRET="+secret, "LINE_CHANNEL_TOKEN="+token)
}

type usage struct{ seconds, peakMB float64 }

func (b *bench) command(ctx context.Context, database string, args ...string) (usage, error) {
	command := exec.CommandContext(ctx, b.path("osusume"), args...)
	command.Env = b.env(database)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	began := time.Now()
	if err := command.Run(); err != nil {
		return usage{}, fmt.Errorf("osusume %s: %w: %s", args[0], err, output.String())
	}
	used := usage{seconds: time.Since(began).Seconds()}
	if resources, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok {
		used.peakMB = float64(resources.Maxrss) / 1024
	}
	return used, nil
}

// serve starts osusume and waits until it is ready.
func (b *bench) serve(ctx context.Context, d database) (*exec.Cmd, string, error) {
	port, err := freePort()
	if err != nil {
		return nil, "", err
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	command := exec.CommandContext(ctx, b.path("osusume"), "serve")
	command.Env = append(b.env(d.url), "OSUSUME_ADDR="+address, "LINE_API_BASE_URL="+b.load.platform, "LINE_DATA_API_BASE_URL="+b.load.platform)
	if strings.HasPrefix(d.url, "postgres:") { // one listener; its profiles are of the measurement that counts
		command.Env = append(command.Env, "OSUSUME_METRICS_ADDR="+os.Getenv("BENCH_METRICS_ADDR"))
	}
	command.Stdout, command.Stderr = os.Stderr, os.Stderr
	if err := command.Start(); err != nil {
		return nil, "", err
	}
	b.started = append(b.started, command)
	for range 300 {
		response, err := http.Get("http://" + address + "/readyz") //nolint:noctx // bounded by the loop
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return command, "http://" + address + "/callback", nil
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	return nil, "", fmt.Errorf("osusume serve was not ready within 30 s")
}

func (b *bench) smallbot(ctx context.Context) (*exec.Cmd, string, error) {
	command := exec.CommandContext(ctx, b.path("smallbot"), "-secret", secret, "-token", token, "-api", b.load.platform, "-carousel", b.path("carousel.json"))
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	if err := command.Start(); err != nil {
		return nil, "", err
	}
	b.started = append(b.started, command)
	address, err := bufio.NewReader(output).ReadString('\n')
	return command, strings.TrimSpace(address) + "/callback", err
}

// contender is a bot under measurement.
type contender struct {
	name, callback string
	pid            int
	perSecond      float64 // of all rounds together
}

// measure alternates the bots, so that a slow moment of the machine meets all of them. The smallest bot is the last.
func (b *bench) measure(ctx context.Context, databases []database) error {
	var bots []contender
	for _, d := range databases {
		command, callback, err := b.serve(ctx, d)
		if err != nil {
			return err
		}
		if _, err := b.load.do(job{Callback: callback, Customers: b.shop.Chatting, Seconds: 3, Join: true, Capture: b.path("carousel.json")}); err != nil {
			return fmt.Errorf("warm up %s: %w", d.name, err)
		}
		bots = append(bots, contender{name: d.name, callback: callback, pid: command.Process.Pid})
	}
	command, callback, err := b.smallbot(ctx)
	if err != nil {
		return err
	}
	bots = append(bots, contender{name: "smallest", callback: callback, pid: command.Process.Pid})
	fmt.Printf("\n%-10s %9s %9s %9s %9s %11s %11s   %s\n", "bot", "events/s", "p50 ms", "p99 ms", "presses", "unanswered", "bytes/reply", cpuHeader)
	for range b.rounds {
		for i := range bots {
			if err := b.round(&bots[i], i < len(databases)); err != nil {
				return fmt.Errorf("%s: %w", bots[i].name, err)
			}
		}
	}
	fmt.Println()
	smallest := bots[len(databases)]
	for _, bot := range bots[:len(databases)] {
		fmt.Printf("ratio of events/s, %s to the smallest bot: %.2f\n", bot.name, bot.perSecond/smallest.perSecond)
		fmt.Printf("memory of osusume serve (%s) with %d products and %d customers: %s\n", bot.name, b.shop.Products, b.shop.Customers, resident(bot.pid))
	}
	return nil
}

// round measures one bot once and prints its line. all says that an unanswered event is an error.
func (b *bench) round(bot *contender, all bool) error {
	before := readCPU(bot.pid, b.pg.pid(), b.load.pid)
	r, err := b.load.do(job{Callback: bot.callback, Customers: b.shop.Chatting, Seconds: b.seconds})
	if err != nil {
		return err
	}
	spent := readCPU(bot.pid, b.pg.pid(), b.load.pid).since(before)
	bot.perSecond += r.PerSecond
	fmt.Printf("%-10s %9.0f %9.1f %9.1f %9d %11d %11d   %s\n", bot.name, r.PerSecond, r.P50MS, r.P99MS, r.Presses, r.Unanswered+r.Refused, r.AnswerBytes,
		spent.perEvent(r.Events))
	if r.Unanswered+r.Refused > 0 && all {
		return fmt.Errorf("%d events were not answered", r.Unanswered+r.Refused)
	}
	return nil
}

// resident reads a process's present and highest memory from Linux.
func resident(pid int) string {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return "not known on this system"
	}
	var parts []string
	for line := range strings.Lines(string(status)) {
		if strings.HasPrefix(line, "VmRSS") || strings.HasPrefix(line, "VmHWM") {
			parts = append(parts, strings.Join(strings.Fields(line), " "))
		}
	}
	return strings.Join(parts, ", ")
}

// job and result mirror internal/bench/load.
type job struct {
	Callback  string  `json:"callback"`
	Customers int     `json:"customers"`
	Seconds   float64 `json:"seconds"`
	Join      bool    `json:"join"`
	Capture   string  `json:"capture"`
}

type result struct {
	Events      int     `json:"events"`
	Presses     int     `json:"presses"`
	PerSecond   float64 `json:"per_second"`
	P50MS       float64 `json:"p50_ms"`
	P99MS       float64 `json:"p99_ms"`
	Unanswered  int     `json:"unanswered"`
	Refused     int     `json:"refused"`
	AnswerBytes int     `json:"answer_bytes"`
	Error       string  `json:"error"`
}

type loader struct {
	pid      int
	platform string
	in       io.Writer
	out      *bufio.Reader
}

func (b *bench) startLoad(ctx context.Context) (*loader, error) {
	command := exec.CommandContext(ctx, b.path("load"), "-secret", secret)
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	b.started = append(b.started, command)
	l := &loader{pid: command.Process.Pid, in: in, out: bufio.NewReader(out)}
	address, err := l.out.ReadString('\n')
	l.platform = strings.TrimSpace(address)
	return l, err
}

func (l *loader) do(j job) (result, error) {
	line, err := json.Marshal(j)
	if err != nil {
		return result{}, err
	}
	if _, err := l.in.Write(append(line, '\n')); err != nil {
		return result{}, err
	}
	answer, err := l.out.ReadBytes('\n')
	if err != nil {
		return result{}, err
	}
	var r result
	if err := json.Unmarshal(answer, &r); err != nil {
		return result{}, err
	}
	if r.Error != "" {
		return r, fmt.Errorf("%s", r.Error)
	}
	return r, nil
}

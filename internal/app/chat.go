package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"osusume/internal/ids"
	"osusume/internal/linesim"
	"osusume/internal/phrase"
	"osusume/internal/sample"
)

const chatExample = `osusume chat
osusume chat --new
printf 'おすすめ\n[なぜ？]\nプラン\n停止\n' > talk.txt && osusume chat --script talk.txt`

// chatOptions are the flags of chat.
type chatOptions struct {
	stranger bool
	customer string
	script   string
	lang     ids.Lang
}

// runChat is the command chat: the real server and a LINE platform in this process, and one customer at the keyboard.
func runChat(ctx context.Context, inv invocation) error {
	opts, err := chatFlags(inv)
	if err != nil {
		return err
	}
	in, script := inv.stdin, false
	if opts.script != "" {
		file, err := os.Open(opts.script)
		if err != nil {
			return fmt.Errorf("the script cannot be read: %w", err)
		}
		defer file.Close() //nolint:errcheck // opened for reading only
		in, script = file, true
	}
	person := isTerminal(inv.stdout) && !script
	if person {
		fmt.Fprintln(inv.stderr, "準備しています… / getting ready…")
	}
	room, err := openChat(ctx, opts)
	if err != nil {
		if ctx.Err() != nil {
			return nil // told to stop before it began
		}
		return err
	}
	// A reader that goes away (| head) must not kill the process before the temporary folder is removed.
	signal.Ignore(syscall.SIGPIPE)
	session := newChatSession(room.sim, room.user, script, &chatScreen{
		out: &brokenPipe{to: inv.stdout}, bot: sample.ShopName, english: opts.lang == ids.English,
	})
	prompt := ""
	if person {
		prompt = "> "
	}
	err = session.begin(ctx, opts, prompt != "")
	if err == nil {
		err = session.play(ctx, in, prompt)
	}
	return errors.Join(err, room.close())
}

func chatFlags(inv invocation) (chatOptions, error) {
	var o chatOptions
	line := newCommandLine("chat [FLAG…]",
		"Talks to the sample shop's bot in the terminal: type words, or a button's number. Needs no set-up and leaves nothing behind.", chatExample)
	line.set.BoolVar(&o.stranger, "new", false, "begin as somebody who has just added the account")
	line.set.StringVar(&o.customer, "customer", "", "be this customer, by `id`: "+introduced())
	line.set.StringVar(&o.script, "script", "", "play the lines of this `file` ([3] presses button 3, [同意する] the button of that label)")
	lang := line.set.String("lang", string(ids.Japanese), "the person's `language`: ja or en")
	words, err := line.parse(inv)
	if err != nil {
		return o, err
	}
	o.lang = ids.Lang(*lang)
	switch {
	case len(words) > 0:
		return o, usageError{"takes flags only"}
	case o.lang != ids.Japanese && o.lang != ids.English:
		return o, usageError{"--lang must be ja or en"}
	case o.stranger && o.customer != "":
		return o, usageError{"--new and --customer exclude each other"}
	case o.customer != "" && !sampleCustomer(o.customer):
		return o, usageError{fmt.Sprintf("--customer must be one of the sample shop, C0001 to C%04d", sample.Customers)}
	}
	if !o.stranger && o.customer == "" {
		o.customer = sample.NearLimit // the one who has something to see under every word
	}
	return o, nil
}

func introduced() string {
	var names []string
	for _, p := range sample.People() {
		names = append(names, p.ID+" "+p.EN)
	}
	return strings.Join(names, "; ")
}

func sampleCustomer(id string) bool {
	n, err := strconv.Atoi(strings.TrimPrefix(id, "C"))
	return err == nil && n >= 1 && n <= sample.Customers && id == fmt.Sprintf("C%04d", n)
}

// chatRoom is everything behind a conversation.
type chatRoom struct {
	dir    string
	sim    *linesim.Sim
	server *server
	user   string
}

// close ends everything and removes what was stored.
func (r *chatRoom) close() error {
	var err error
	if r.server != nil {
		err = r.server.Stop()
	}
	if r.sim != nil {
		r.sim.Close()
	}
	return errors.Join(err, os.RemoveAll(r.dir))
}

func openChat(ctx context.Context, opts chatOptions) (_ *chatRoom, err error) {
	dir, err := tempFolder("osusume-chat-")
	if err != nil {
		return nil, err
	}
	room := &chatRoom{dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, room.close())
		}
	}()
	name := opts.customer
	if opts.stranger {
		name = "somebody new"
	}
	room.user = linesim.UserID(name)
	room.sim = linesim.New(linesim.Config{BotName: sample.ShopName})
	api, err := room.sim.Start("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	env := chatEnv(dir, api, room.sim)
	var links [][2]string
	if opts.customer != "" {
		links = [][2]string{{opts.customer, room.user}}
	}
	if err := stockShop(ctx, dir, env, links); err != nil {
		return nil, err
	}
	settings, err := newCommandLine("chat", "", "", allSettings()...).load(env)
	if err != nil {
		return nil, err
	}
	if room.server, err = startServer(ctx, settings, serverOptions{}); err != nil {
		return nil, err
	}
	room.sim.SetWebhookURL(room.server.URL() + "/callback")
	room.sim.AddUser(room.user, "お客さま", string(opts.lang))
	return room, nil
}

// chatEnv is the whole environment of the server in the room. The caller's own settings are left out, so that a trial
// never touches a shop's database or its LINE account.
func chatEnv(dir, api string, sim *linesim.Sim) Env {
	values := map[string]string{
		"DATABASE_URL":             "sqlite:" + filepath.Join(dir, "osusume.db"),
		"OSUSUME_ADDR":             "127.0.0.1:0",
		"OSUSUME_METRICS_ADDR":     "",
		"OSUSUME_SHOP_NAME":        sample.ShopName,
		"OSUSUME_PRIVACY_URL":      sample.PrivacyURL,
		"OSUSUME_CONTACT":          sample.Contact,
		"OSUSUME_STATISTICS_BASIS": string(BasisTerms),
		"OSUSUME_LOG":              "error",
		"LINE_CHANNEL_SECRET":      sim.ChannelSecret(),
		"LINE_CHANNEL_TOKEN":       sim.ChannelToken(),
		"LINE_API_BASE_URL":        api,
		"LINE_DATA_API_BASE_URL":   api,
	}
	return func(name string) (string, bool) { v, ok := values[name]; return v, ok }
}

// stockShop imports the sample shop and learns from it, by the commands a shop uses. links are pairs of a customer and
// a LINE user.
func stockShop(ctx context.Context, dir string, env Env, links [][2]string) error {
	shop := sample.Shop(time.Now(), sample.DefaultSeed) //nolint:forbidigo // the sample year ends yesterday
	type file struct {
		kind string
		csv  []byte
	}
	files := []file{{"products", shop.Products}, {"plans", shop.Plans}, {"customers", shop.Customers}, {"purchases", shop.Purchases}}
	if len(links) > 0 {
		files = append(files, file{"links", sample.Links(links...)})
	}
	var steps []func() error
	if url, _ := env("DATABASE_URL"); strings.HasPrefix(url, "sqlite:") { // PostgreSQL is migrated by its owner
		steps = append(steps, func() error { return runQuietly(ctx, env, runMigrate) })
	}
	for _, f := range files {
		path := filepath.Join(dir, f.kind+".csv")
		if err := os.WriteFile(path, f.csv, 0o600); err != nil {
			return fmt.Errorf("sample shop: %w", err)
		}
		steps = append(steps, func() error { return runQuietly(ctx, env, runImport, f.kind, path) })
	}
	steps = append(steps, func() error { return runQuietly(ctx, env, runTrain) })
	for _, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("sample shop: %w", err)
		}
	}
	return nil
}

// runQuietly runs another command; what it prints is shown only when it fails.
func runQuietly(ctx context.Context, env Env, run func(context.Context, invocation) error, args ...string) error {
	var said bytes.Buffer
	err := run(ctx, invocation{args: args, env: env, stdin: strings.NewReader(""), stdout: io.Discard, stderr: &said})
	if err != nil && said.Len() > 0 {
		return fmt.Errorf("%w\n%s", err, bytes.TrimSpace(said.Bytes()))
	}
	return err
}

// begin follows the account and, unless the person is new, presses the button of the greeting that grants.
func (c *chatSession) begin(ctx context.Context, opts chatOptions, person bool) error {
	limited, cancel := context.WithTimeout(ctx, chatPatience)
	defer cancel()
	greeting, err := c.sim.WaitReply(limited, c.sim.Follow(c.user).ID)
	if err != nil {
		return c.silent(ctx)
	}
	if person {
		fmt.Fprintln(c.screen.out, c.screen.say(
			"（文字を入力するか、ボタンの番号を入れてください。終わるには Ctrl-D）", "(Type words, or a button's number. Ctrl-D ends.)"))
	}
	if opts.stranger {
		c.show(greeting)
		return nil
	}
	label, err := phrase.Builtin().Text(opts.lang, phrase.LabelAgree, nil)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(sample.People(), func(p sample.Person) bool { return p.ID == opts.customer }); i >= 0 {
		p := sample.People()[i]
		fmt.Fprintf(c.screen.out, "%s %s\n\n", p.ID, c.screen.say(p.JA, p.EN))
	}
	agreed, err := c.sim.PressLabel(c.user, label)
	if err != nil {
		return fmt.Errorf("the greeting has no button %q", label)
	}
	answer, err := c.sim.WaitReply(limited, agreed.ID)
	if err != nil {
		return c.silent(ctx)
	}
	c.show(answer)
	return nil
}

func (c *chatSession) silent(ctx context.Context) error {
	if ctx.Err() != nil {
		return nil
	}
	return errNoAnswer
}

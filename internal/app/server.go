package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"osusume/bot"
	"osusume/bot/line"
	"osusume/bot/render"
	"osusume/db"
	"osusume/dialog"
	"osusume/internal/clock"
	"osusume/internal/fault"
	"osusume/internal/ids"
	"osusume/internal/keyring"
	"osusume/internal/obs"
	"osusume/internal/phrase"
	"osusume/webhook"
)

// stopWithin is the promise of the contract: a server that is told to stop is gone after ten seconds.
const stopWithin = 9500 * time.Millisecond

// serverOptions is what a caller of startServer may hand in; the zero value is right for tests.
type serverOptions struct {
	log   *zap.Logger // nil: nothing is logged
	clock clock.Clock // nil: the machine's
	// pages are further paths of the public listener, as http.ServeMux takes them.
	pages map[string]http.Handler
}

// server is a running osusume: listeners, door, worker, sender and housekeeping. Stop ends it.
type server struct {
	settings Settings
	log      *zap.Logger
	clock    clock.Clock
	metrics  *obs.Metrics
	ring     *keyring.Ring
	store    *db.Store
	keys     *inboxKeys
	opened   *openedKeys
	models   *models
	client   *line.Client
	door     *webhook.Handler
	sender   *bot.Sender
	worker   atomic.Pointer[bot.Worker]
	shopName string
	pages    map[string]http.Handler

	ready   *readiness
	public  *listener
	private *listener // nil when off

	endTasks context.CancelFunc
	tasks    sync.WaitGroup
	stopOnce sync.Once
	stopErr  error
}

// startServer starts everything that `serve` runs and returns when the public listener takes webhooks. Port 0 in
// settings.Addr is allowed; Addr says which one it became. The server lives until Stop; ctx bounds the start only.
func startServer(ctx context.Context, settings Settings, options serverOptions) (_ *server, err error) {
	s := &server{settings: settings, log: options.log, clock: options.clock, pages: options.pages, metrics: obs.NewMetrics()}
	if s.log == nil {
		s.log = zap.NewNop()
	}
	if s.clock == nil {
		s.clock = clock.System{}
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Stop())
		}
	}()
	if err := s.takeSockets(ctx); err != nil {
		return nil, err
	}
	// The vocabulary is put together on first use; LINE, which waits two seconds, need not wait for it.
	vocabulary := make(chan struct{})
	s.tasks.Go(func() {
		defer close(vocabulary)
		dialog.Recognise(string(dialog.Recommend))
	})
	if err := s.openStore(ctx); err != nil {
		return nil, err
	}
	if err := s.connectLine(ctx); err != nil {
		return nil, err
	}
	if err := s.buildRooms(); err != nil {
		return nil, err
	}
	if err := s.models.refresh(ctx); err != nil {
		return nil, err
	}
	<-vocabulary
	s.ready = s.newReadiness()
	s.start(ctx)
	s.log.Info("serving", zap.String("addr", s.Addr()), zap.String("database", s.store.Kind().String()))
	return s, nil
}

// openStore opens the database, brings it up to date where that is ours to do, and loads the keys.
func (s *server) openStore(ctx context.Context) (err error) {
	if s.store, err = openForServe(ctx, s.settings); err != nil {
		return err
	}
	if s.ring, err = ringOf(s.settings, true); err != nil {
		return err
	}
	if err := checkMasterKey(ctx, s.store, s.ring); err != nil {
		return err
	}
	s.keys = &inboxKeys{store: s.store, ring: s.ring, clock: s.clock}
	s.opened = &openedKeys{store: s.store, ring: s.ring}
	s.models = &models{store: s.store, clock: s.clock, log: s.log.Named("model"), metrics: s.metrics, basis: basisOf(s.settings)}
	return s.keys.renew(ctx)
}

// connectLine prepares the calls to LINE and asks for the shop's name when the settings do not say it.
func (s *server) connectLine(ctx context.Context) (err error) {
	caller := line.NewHTTPClient()
	tokens := line.TokenSource(line.StaticToken(s.settings.ChannelToken))
	if s.settings.ChannelToken == "" {
		tokens, err = line.NewChannelTokens(s.settings.APIBaseURL, s.settings.ChannelID, s.settings.ChannelSecrets, caller, s.clock)
		if err != nil {
			return settingError{"LINE_CHANNEL_ID", "cannot be used"}
		}
	}
	if s.client, err = line.New(line.Config{BaseURL: s.settings.APIBaseURL, Token: tokens, HTTP: caller}); err != nil {
		return settingError{"LINE_API_BASE_URL", "cannot be used"}
	}
	s.shopName = s.settings.ShopName
	if s.shopName == "" {
		s.shopName = s.askShopName(ctx)
	}
	return nil
}

// namelessShop stands for the shop until LINE told its name.
const namelessShop = "当店"

// askShopName tries for a few seconds. LINE being away must not keep the door shut: what customers write meanwhile is
// stored, and the name is asked for again later.
func (s *server) askShopName(ctx context.Context) string {
	for attempt := range 3 {
		if attempt > 0 && !sleep(ctx, 500*time.Millisecond) {
			break
		}
		one, cancel := context.WithTimeout(ctx, 1500*time.Millisecond)
		account, err := s.client.BotInfo(one)
		cancel()
		if err == nil && account.DisplayName != "" {
			return account.DisplayName
		}
		s.log.Warn("LINE did not tell the account's name", zap.Error(err))
		if err != nil && !fault.Is(err, fault.Later) {
			break
		}
	}
	return namelessShop
}

// buildRooms makes door, sender and worker, none of them started.
func (s *server) buildRooms() (err error) {
	secrets := make([][]byte, len(s.settings.ChannelSecrets))
	for i, secret := range s.settings.ChannelSecrets {
		secrets[i] = []byte(secret)
	}
	s.door, err = webhook.New(webhook.Config{
		Secrets: secrets, Ring: s.ring, Inbox: s.store, Keys: s.keys, OptOut: dialog.IsOptOut, Clock: s.clock,
		Log: s.log.Named("webhook"), Metrics: s.metrics, Stored: func() { s.worker.Load().Wake() },
	})
	if err != nil {
		return err
	}
	s.sender, err = bot.NewSender(bot.SenderConfig{
		Outbox: s.store, Client: s.client, OpenKey: s.opened.open, Clock: s.clock, Jitter: rand.Float64, Log: s.log.Named("sender"),
		Gate:    bot.ConsentGate{Sending: s.settings.Sending, Live: s.consentIsLive},
		Metrics: s.metrics,
	})
	if err != nil {
		return err
	}
	s.worker.Store(s.newWorker(s.shopName))
	return nil
}

func (s *server) newWorker(shopName string) *bot.Worker {
	return bot.NewWorker(bot.WorkerConfig{
		Inbox: s.store, Enqueue: s.sender.Enqueue, Engine: s.models.engine, Ring: s.ring, Profiles: languageOf{s.client},
		Shop: render.Shop{
			Name: shopName, PrivacyURL: s.settings.PrivacyURL, Contact: s.settings.Contact, Zone: zoneOffset(s.settings.Timezone),
		},
		Clock: s.clock, Log: s.log.Named("worker"), Metrics: s.metrics,
	})
}

// takeSockets comes first: a port in use is the commonest reason why a start fails.
func (s *server) takeSockets(ctx context.Context) (err error) {
	if s.settings.MetricsAddr != "" {
		// Profiles take as long as they are asked to.
		if s.private, err = listen(ctx, s.settings.MetricsAddr, 0, s.log); err != nil {
			return settingError{"OSUSUME_METRICS_ADDR", "cannot be used: " + socketProblem(err)}
		}
	}
	if s.public, err = listen(ctx, s.settings.Addr, 10*time.Second, s.log); err != nil {
		return settingError{"OSUSUME_ADDR", "cannot be used: " + socketProblem(err)}
	}
	return nil
}

func (s *server) newReadiness() *readiness {
	return &readiness{now: s.clock.Now, note: s.metrics.Ready, parts: []part{
		{"database", s.store.Ping},
		{"schema", s.checkSchema},
		{"key", func(context.Context) error { _, _, err := s.keys.Current(); return err }},
		{"model", func(context.Context) error { return s.models.loaded() }},
	}}
}

func socketProblem(err error) string {
	var problem *net.OpError
	if errors.As(err, &problem) {
		return problem.Err.Error()
	}
	return err.Error()
}

// start sets everything going. The door opens last: what it lets in finds the rest at work.
func (s *server) start(ctx context.Context) {
	tasks, end := context.WithCancel(context.WithoutCancel(ctx))
	s.endTasks = end
	s.sender.Start(tasks)
	s.worker.Load().Start()
	s.door.Start(tasks)
	s.housekeep(tasks)
	if s.private != nil {
		s.private.serve(privateRoutes(s.metrics.Handler()), s.log)
	}
	s.public.serve(publicRoutes(s.door, s.ready, s.pages), s.log)
}

// Addr is the host and port of the public listener.
func (s *server) Addr() string { return s.public.socket.Addr().String() }

// URL is the address of the public listener for a client on this machine.
func (s *server) URL() string { return "http://" + s.Addr() }

// MetricsAddr is the host and port of the private listener, empty when it is off.
func (s *server) MetricsAddr() string {
	if s.private == nil {
		return ""
	}
	return s.private.socket.Addr().String()
}

// Stop ends the server gracefully: no new webhooks, what is being done is finished, then everything is closed. It takes
// at most ten seconds and may be called more than once, also after a start that failed half way.
func (s *server) Stop() error {
	s.stopOnce.Do(func() {
		ended := make(chan error, 1)
		go func() { ended <- s.wind() }()
		timer := time.NewTimer(stopWithin)
		defer timer.Stop()
		select {
		case s.stopErr = <-ended:
		case <-timer.C:
			// Whatever was accepted is in the store; the next process finishes it.
			s.stopErr = fmt.Errorf("stop: not everything ended within %v", stopWithin)
		}
	})
	return s.stopErr
}

// wind stops what was started, against the way of an event: first the outside, last the store.
func (s *server) wind() error {
	var problems []error
	if s.ready != nil {
		s.ready.stop()
	}
	started := s.endTasks != nil
	closing, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if s.public != nil {
		problems = append(problems, s.public.stop(closing))
	}
	if s.door != nil {
		s.door.Stop()
	}
	if started {
		s.endTasks()
		s.tasks.Wait()
		s.worker.Load().Stop()
		s.sender.Stop()
	}
	if s.private != nil {
		problems = append(problems, s.private.stop(closing))
	}
	if s.store != nil {
		problems = append(problems, s.store.Close())
	}
	return errors.Join(problems...)
}

// languageOf lets the worker ask for a person's language only.
type languageOf struct{ client *line.Client }

func (l languageOf) Language(ctx context.Context, lineUserID string) (string, error) {
	profile, err := l.client.Profile(ctx, lineUserID)
	return profile.Language, err
}

func (s *server) checkSchema(ctx context.Context) error {
	have, want, err := s.store.SchemaVersion(ctx)
	if err == nil && have != want {
		err = fault.Newf(fault.Later, "schema", "the database has schema %d, this program works with %d", have, want)
	}
	return err
}

// consentIsLive answers the sender before each message that answers nothing.
func (s *server) consentIsLive(ctx context.Context, subject ids.Subject, purpose ids.Purpose) (bool, error) {
	live, err := s.store.Live(ctx, purpose, []ids.Subject{subject}, clock.Millis(s.clock), phrase.NoticeVersion)
	return live[subject], err
}

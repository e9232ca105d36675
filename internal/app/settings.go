package app

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"osusume/internal/keyring"
)

// Basis says whose purchases count in what is learned.
type Basis string

// The bases of OSUSUME_STATISTICS_BASIS.
const (
	BasisGrant Basis = "grant" // only customers who granted group_statistics
	BasisTerms Basis = "terms" // every imported customer who has not opted out, by the shop's published terms
)

// Settings is everything a person who runs osusume can decide. LoadSettings fills it; the zero value does not work.
type Settings struct {
	DatabaseURL     string
	Addr            string
	MetricsAddr     string // empty: no private listener
	PublicURL       string // without a trailing slash
	SecretKey       []byte // keyring.MasterSize bytes; nil: made or found beside the SQLite file
	Timezone        *time.Location
	ShopName        string // empty: the LINE account's display name
	PrivacyURL      string
	Contact         string
	StatisticsBasis Basis
	LogLevel        string
	Sending         bool
	ChannelSecrets  []string // one, or two during a rotation
	ChannelToken    string
	ChannelID       string
	APIBaseURL      string // without a trailing slash
	DataAPIBaseURL  string // without a trailing slash
}

// setting is one line of the settings table: a flag, an environment variable and a line of help.
type setting struct {
	name     string // the environment variable; the flag follows from it
	fallback string
	about    string
	example  string // shown in help as the flag's argument
	secret   bool   // may also come from the file named by name+"_FILE"; its value is never shown
	emptyOff bool   // set but empty is a value of its own, not the default
	set      func(*Settings, string) error
}

// flagName is the command-line form of a setting's name: DATABASE_URL is --database-url, OSUSUME_ADDR is --addr.
func flagName(variable string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(variable, "OSUSUME_")), "_", "-")
}

// settingsTable lists every setting in the order of help. Each command takes the ones it uses.
func settingsTable() []setting {
	return []setting{
		{
			name: "DATABASE_URL", fallback: "sqlite:osusume.db", example: "URL", secret: true,
			about: "sqlite:PATH (embedded) or postgres://USER:PASSWORD@HOST/NAME",
			set:   setDatabaseURL,
		},
		{
			name: "OSUSUME_ADDR", fallback: ":8080", example: "HOST:PORT", about: "public listener: webhook, console, links",
			set: func(s *Settings, v string) error { s.Addr = v; return checkAddr(v) },
		},
		{
			name: "OSUSUME_METRICS_ADDR", fallback: "127.0.0.1:9090", example: "HOST:PORT", emptyOff: true,
			about: "private listener: /metrics, /debug/pprof; empty turns it off",
			set: func(s *Settings, v string) error {
				s.MetricsAddr = v
				if v == "" {
					return nil
				}
				return checkAddr(v)
			},
		},
		{
			name: "OSUSUME_PUBLIC_URL", fallback: "http://localhost:8080", example: "URL",
			about: "how the outside reaches this server",
			set:   func(s *Settings, v string) (err error) { s.PublicURL, err = parseBaseURL(v); return err },
		},
		{
			name: "OSUSUME_SECRET_KEY", example: "BASE64", secret: true,
			about: "master key (32 bytes, base64) for identifiers, chat text, links and postbacks; created beside the SQLite file, required on Postgres",
			set: func(s *Settings, v string) (err error) {
				if v != "" {
					s.SecretKey, err = keyring.Parse(v)
				}
				return err
			},
		},
		{
			name: "OSUSUME_TIMEZONE", fallback: "Asia/Tokyo", example: "ZONE", about: "the shop's zone",
			set: setTimezone,
		},
		{
			name: "OSUSUME_SHOP_NAME", example: "NAME", about: "as customers know the shop; default: the LINE account's display name",
			set: func(s *Settings, v string) error { s.ShopName = v; return checkLine(v, 100) },
		},
		{
			name: "OSUSUME_PRIVACY_URL", example: "URL", about: "the shop's privacy policy, shown in the notice; required by serve",
			set: func(s *Settings, v string) error { s.PrivacyURL = v; return checkLink(v) },
		},
		{
			name: "OSUSUME_CONTACT", example: "TEXT", about: "where customers can ask, shown in the notice; required by serve",
			set: func(s *Settings, v string) error { s.Contact = v; return checkLine(v, 200) },
		},
		{
			name: "OSUSUME_STATISTICS_BASIS", fallback: string(BasisGrant), example: "grant|terms",
			about: "whose purchases count in what is learned: grant = customers who granted group_statistics; terms = every imported customer who has not opted out, by the shop's published terms",
			set: func(s *Settings, v string) error {
				s.StatisticsBasis = Basis(v)
				return checkOneOf(v, string(BasisGrant), string(BasisTerms))
			},
		},
		{
			name: "OSUSUME_LOG", fallback: "info", example: "LEVEL", about: "debug, info, warn or error",
			set: func(s *Settings, v string) error {
				s.LogLevel = v
				return checkOneOf(v, "debug", "info", "warn", "error")
			},
		},
		{
			name: "OSUSUME_SENDING", fallback: "on", example: "on|off", about: "the kill switch for proactive messages; answers go on",
			set: func(s *Settings, v string) error { s.Sending = v == "on"; return checkOneOf(v, "on", "off") },
		},
		{
			name: "LINE_CHANNEL_SECRET", example: "SECRET[,SECRET]", secret: true,
			about: "the channel secret, or two separated by a comma during a rotation; required by serve",
			set:   setChannelSecrets,
		},
		{
			name: "LINE_CHANNEL_TOKEN", example: "TOKEN", secret: true,
			about: "long-lived channel access token; this or LINE_CHANNEL_ID is required by serve",
			set:   func(s *Settings, v string) error { s.ChannelToken = v; return checkToken(v) },
		},
		{
			name: "LINE_CHANNEL_ID", example: "ID", about: "instead of LINE_CHANNEL_TOKEN: short tokens are issued and renewed",
			set: func(s *Settings, v string) error {
				s.ChannelID = v
				if strings.Trim(v, "0123456789") != "" {
					return fmt.Errorf("must be the channel's number")
				}
				return nil
			},
		},
		{
			name: "LINE_API_BASE_URL", fallback: "https://api.line.me", example: "URL", about: "the Messaging API's host",
			set: func(s *Settings, v string) (err error) { s.APIBaseURL, err = parseBaseURL(v); return err },
		},
		{
			name: "LINE_DATA_API_BASE_URL", fallback: "https://api-data.line.me", example: "URL", about: "the Messaging API's host for content",
			set: func(s *Settings, v string) (err error) { s.DataAPIBaseURL, err = parseBaseURL(v); return err },
		},
	}
}

// dataSettings are the settings of the commands that work on stored data without LINE.
var dataSettings = []string{
	"DATABASE_URL", "OSUSUME_SECRET_KEY", "OSUSUME_TIMEZONE", "OSUSUME_STATISTICS_BASIS", "OSUSUME_LOG",
}

// requireServe names the first setting that serve needs and does not have.
func (s Settings) requireServe() error {
	switch {
	case len(s.ChannelSecrets) == 0:
		return settingError{"LINE_CHANNEL_SECRET", "is required: the channel secret, from the channel's Basic settings"}
	case s.ChannelToken == "" && s.ChannelID == "":
		return settingError{"LINE_CHANNEL_TOKEN", "or LINE_CHANNEL_ID is required: a long-lived channel access token, or the channel's number"}
	case s.PrivacyURL == "":
		return settingError{"OSUSUME_PRIVACY_URL", "is required: the address of the shop's privacy policy, shown to customers"}
	case s.Contact == "":
		return settingError{"OSUSUME_CONTACT", "is required: where customers can ask, shown to customers"}
	}
	return s.requireKey()
}

func (s Settings) postgres() bool { return !strings.HasPrefix(s.DatabaseURL, "sqlite:") }

// sqlitePath is the database file of a SQLite URL; empty for Postgres.
func (s Settings) sqlitePath() string {
	path, ok := strings.CutPrefix(s.DatabaseURL, "sqlite:")
	if !ok {
		return ""
	}
	return path
}

// settingError is a setting that stops the start. Its text is one line that names the setting and never its value.
type settingError struct{ name, problem string }

func (e settingError) Error() string { return e.name + " " + e.problem }

func setDatabaseURL(s *Settings, v string) error {
	s.DatabaseURL = v
	if path, ok := strings.CutPrefix(v, "sqlite:"); ok {
		if path == "" || strings.ContainsAny(path, "?#\x00") {
			return fmt.Errorf("must name a file after sqlite:, without ? or #")
		}
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return fmt.Errorf("must be sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME")
	}
	return nil
}

func setTimezone(s *Settings, v string) error {
	// "Local" would make the shop's days depend on the machine.
	zone, err := time.LoadLocation(v)
	if err != nil || v == "Local" {
		return fmt.Errorf("must be a zone of the tz database, such as Asia/Tokyo")
	}
	s.Timezone = zone
	return nil
}

func setChannelSecrets(s *Settings, v string) error {
	s.ChannelSecrets = nil
	if v == "" {
		return nil
	}
	for part := range strings.SplitSeq(v, ",") {
		part = strings.TrimSpace(part)
		if err := checkToken(part); err != nil || part == "" {
			return fmt.Errorf("must be one secret, or two separated by a comma")
		}
		s.ChannelSecrets = append(s.ChannelSecrets, part)
	}
	if len(s.ChannelSecrets) > 2 {
		return fmt.Errorf("must be one secret, or two separated by a comma")
	}
	return nil
}

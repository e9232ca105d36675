package dialect

import (
	"context"
	"database/sql"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"osusume/internal/fault"
)

func openPostgres(ctx context.Context, text string, o Options) (*DB, error) {
	config, err := postgresConfig(text)
	if err != nil {
		return nil, err
	}
	connector, err := pq.NewConnectorConfig(config)
	if err != nil {
		return nil, fault.Newf(fault.Invalid, "DATABASE_URL", "the address of the Postgres database cannot be understood")
	}
	if o.MaxConns == 0 {
		o.MaxConns = 16
	}
	pool := sqlx.NewDb(sql.OpenDB(connector), "postgres")
	pool.SetMaxOpenConns(o.MaxConns)
	pool.SetMaxIdleConns(o.MaxConns)
	pool.SetConnMaxLifetime(time.Hour)
	st := newStatements(pool)
	d := &DB{kind: Postgres, write: pool, read: pool, writers: st, readers: st}
	if err := d.Ping(ctx); err != nil {
		return nil, fault.New(fault.KindOf(err), "db: connect to Postgres", closeAfter(d, err))
	}
	return d, nil
}

// postgresConfig makes the encryption of the connection explicit: a driver's default may change under us, and a
// connection over a network without it would carry customers' data in the clear.
func postgresConfig(text string) (pq.Config, error) {
	u, err := url.Parse(text)
	if err != nil {
		// url.Error repeats the address, which holds a password
		return pq.Config{}, fault.Newf(fault.Invalid, "DATABASE_URL", "the address of the Postgres database cannot be understood")
	}
	query := u.Query()
	explicit := query.Get("sslmode") != "" || os.Getenv("PGSSLMODE") != ""
	if !explicit {
		query.Set("sslmode", "disable")
	}
	if query.Get("connect_timeout") == "" {
		query.Set("connect_timeout", "5")
	}
	if query.Get("application_name") == "" {
		query.Set("application_name", "osusume")
	}
	if query.Get("jit") == "" {
		query.Set("jit", "off") // compiling costs more than any statement of ours runs
	}
	query.Set("binary_parameters", "yes") // bytes travel as they are, not as hexadecimal
	u.RawQuery = query.Encode()
	config, err := pq.NewConfig(u.String())
	if err != nil {
		return pq.Config{}, fault.Newf(fault.Invalid, "DATABASE_URL", "the address of the Postgres database cannot be understood")
	}
	local := localHost(config.Host) && (!config.Hostaddr.IsValid() || config.Hostaddr.IsLoopback())
	for _, other := range config.Multi {
		local = local && localHost(other.Host)
	}
	if local {
		return config, nil
	}
	if !explicit {
		config.SSLMode = pq.SSLModeVerifyFull
	}
	switch config.SSLMode {
	case pq.SSLModeVerifyFull, pq.SSLModeVerifyCA, pq.SSLModeRequire:
		return config, nil
	default:
		return pq.Config{}, fault.Newf(fault.Invalid, "DATABASE_URL",
			"sslmode=%s would send customers' data unprotected to another machine: use sslmode=verify-full", config.SSLMode)
	}
}

func localHost(host string) bool {
	if host == "" || host == "localhost" || strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@") {
		return true
	}
	address := net.ParseIP(host)
	return address != nil && address.IsLoopback()
}

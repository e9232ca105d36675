package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	_ "github.com/lib/pq" // the driver "postgres"
)

// cluster is a private Postgres server of this test process. A shell holds the other end of a pipe to us: when this
// process ends, in whatever way, it stops the server and removes the folder.
type cluster struct {
	once sync.Once
	base *url.URL // the owner's URL of the database "postgres"
	err  error
	life io.WriteCloser // keeps the shell waiting
}

var quick, durable cluster

// errAbsent says that no Postgres server can be started here.
var errAbsent = errors.New("no PostgreSQL server binaries found; install them or set OSUSUME_TEST_POSTGRES to a superuser's postgres:// URL")

func (c *cluster) url(fsync bool) (*url.URL, error) {
	c.once.Do(func() {
		if given := os.Getenv("OSUSUME_TEST_POSTGRES"); given != "" && !fsync {
			c.base, c.err = url.Parse(given)
			return
		}
		c.err = c.start(fsync)
	})
	return c.base, c.err
}

// binaries finds the folder of initdb and postgres.
func binaries() (string, error) {
	var folders []string
	if path, err := exec.LookPath("initdb"); err == nil {
		folders = append(folders, filepath.Dir(path))
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin",
	} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		slices.Sort(found)
		slices.Reverse(found)
		folders = append(folders, found...)
	}
	for _, folder := range folders {
		if _, err := os.Stat(filepath.Join(folder, "postgres")); err == nil {
			return folder, nil
		}
	}
	return "", errAbsent
}

func (c *cluster) start(fsync bool) error {
	bin, err := binaries()
	if err != nil {
		return err
	}
	// A socket's path may have 107 bytes, which some temporary folders leave no room for.
	folder, err := os.MkdirTemp(shortTemp(), "osusume-pg-")
	if err != nil {
		return err
	}
	attributes, err := asPostgres(folder)
	if err != nil {
		return err
	}
	data := filepath.Join(folder, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = attributes, folder
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	settings := []string{"-c", "listen_addresses=", "-c", "unix_socket_directories=" + folder, "-c", "max_connections=400", "-c", "shared_buffers=128MB"}
	if !fsync {
		settings = append(settings, "-c", "fsync=off", "-c", "full_page_writes=off")
	}
	script := `"$@" >"$OSUSUME_PG/log" 2>&1 & pid=$!; read -r _; kill -INT $pid; wait $pid; rm -rf "$OSUSUME_PG"`
	shell := exec.Command("/bin/sh", append([]string{"-c", script, "sh", filepath.Join(bin, "postgres"), "-D", data}, settings...)...)
	shell.SysProcAttr, shell.Dir, shell.Env = attributes, folder, append(os.Environ(), "OSUSUME_PG="+folder)
	shell.SysProcAttr.Setpgid = true // an interrupt from the terminal must not stop it before our cleanups have run
	if c.life, err = shell.StdinPipe(); err != nil {
		return err
	}
	if err := shell.Start(); err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	c.base = &url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres", RawQuery: "host=" + url.QueryEscape(folder)}
	return c.await(filepath.Join(folder, "log"))
}

func (c *cluster) await(logFile string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	pool, err := sql.Open("postgres", c.base.String())
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if err = pool.PingContext(ctx); err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			said, _ := os.ReadFile(logFile)
			return fmt.Errorf("postgres did not start: %w\n%s", err, said)
		}
	}
}

func shortTemp() string {
	if runtime.GOOS != "windows" && len(os.TempDir()) > 60 {
		return "/tmp"
	}
	return os.TempDir()
}

// asPostgres runs the server as user postgres when we are root, which Postgres refuses to run as.
func asPostgres(folder string) (*syscall.SysProcAttr, error) {
	attributes := &syscall.SysProcAttr{}
	if os.Geteuid() != 0 {
		return attributes, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("postgres refuses to run as root, and there is no user postgres: %w", err)
	}
	uid, err := strconv.Atoi(account.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(account.Gid)
	if err != nil {
		return nil, err
	}
	attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attributes, os.Chown(folder, uid, gid)
}

// named gives the URL with another database.
func named(base *url.URL, database string) string {
	u := *base
	u.Path = "/" + database
	return u.String()
}

func newName() string { return "osusume_" + strings.ToLower(rand.Text()[:12]) }

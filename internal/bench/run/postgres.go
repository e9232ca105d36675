package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// cluster is a private PostgreSQL server with its default durability: fsync and synchronous_commit stay on.
type cluster struct {
	bin, data string
	port      int
	as        *syscall.Credential // set when we are root, since postgres refuses to run as root
}

// startPostgres makes and starts a cluster under dir.
func startPostgres(ctx context.Context, dir string) (*cluster, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, err
	}
	c := &cluster{bin: bin, data: filepath.Join(dir, "pg")}
	if err := os.Mkdir(c.data, 0o700); err != nil {
		return nil, err
	}
	if os.Geteuid() == 0 {
		account, err := user.Lookup("postgres")
		if err != nil {
			return nil, fmt.Errorf("we are root and there is no user postgres to run the server as: %w", err)
		}
		uid, uidErr := strconv.ParseUint(account.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(account.Gid, 10, 32)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return nil, err
		}
		c.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := errors.Join(os.Chown(c.data, int(uid), int(gid)), os.Chmod(dir, 0o755)); err != nil {
			return nil, err
		}
	}
	if c.port, err = freePort(); err != nil {
		return nil, err
	}
	if err := c.do(ctx, "initdb", "-D", c.data, "-U", "bench", "--auth=trust", "--encoding=UTF8", "--locale=C"); err != nil {
		return nil, err
	}
	options := fmt.Sprintf("-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories=%s", c.port, c.data)
	if err := c.do(ctx, "pg_ctl", "-D", c.data, "-o", options, "-l", filepath.Join(c.data, "log"), "-w", "start"); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *cluster) do(ctx context.Context, program string, args ...string) error {
	command := exec.CommandContext(ctx, filepath.Join(c.bin, program), args...)
	command.Dir = c.data
	if c.as != nil {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: c.as}
	}
	// A file instead of a pipe: the server inherits it, and a pipe would be waited for until the server ends.
	log, err := os.CreateTemp("", "osusume-bench-*.log")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(log.Name()); _ = log.Close() }()
	command.Stdout, command.Stderr = log, log
	if err := command.Run(); err != nil {
		text, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%s: %w: %s", program, err, text)
	}
	return nil
}

func (c *cluster) stop() {
	_ = c.do(context.Background(), "pg_ctl", "-D", c.data, "-m", "immediate", "stop")
}

// pid is the process id of the server's first process, 0 when it is not known.
func (c *cluster) pid() int {
	text, err := os.ReadFile(filepath.Join(c.data, "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		return 0
	}
	return pid
}

func (c *cluster) url(role string) string {
	return fmt.Sprintf("postgres://%s@127.0.0.1:%d/postgres?sslmode=disable", role, c.port)
}

func postgresBin() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("PostgreSQL's server programs are not installed (Debian: apt-get install postgresql)")
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

package app

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The command itself: what it prints is true, and after Ctrl-C nothing is left.
func TestDemoPrintsWhereEverythingIsAndLeavesNothingBehind(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	read, write := io.Pipe()
	env := func(name string) (string, bool) {
		v, ok := map[string]string{
			"OSUSUME_ADDR": "127.0.0.1:0", "OSUSUME_METRICS_ADDR": "127.0.0.1:0",
			// A shop's own account must never be reached by a demo.
			"LINE_CHANNEL_TOKEN": "real", "LINE_CHANNEL_SECRET": "real", "LINE_API_BASE_URL": "http://127.0.0.1:1",
		}[name]
		return v, ok
	}
	status := make(chan int, 1)
	go func() {
		status <- Run(ctx, []string{"demo"}, env, strings.NewReader(""), write, io.Discard)
		_ = write.Close()
	}()
	found := map[string]string{}
	lines := bufio.NewScanner(read)
	for lines.Scan() && !strings.Contains(lines.Text(), "Ctrl-C") {
		if m := regexp.MustCompile(`^\s+(chat|console|metrics)\s+(http://\S+)$`).FindStringSubmatch(lines.Text()); m != nil {
			found[m[1]] = m[2]
		}
	}
	for _, name := range []string{"chat", "console", "metrics"} {
		res, err := http.Get(found[name])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK || len(body) == 0 {
			t.Errorf("%s: %d %s", name, res.StatusCode, body)
		}
	}
	picture, err := http.Get(found["chat"] + "images/b001.png")
	if err != nil {
		t.Fatal(err)
	}
	head := make([]byte, 8)
	_, _ = io.ReadFull(picture.Body, head)
	_ = picture.Body.Close()
	if string(head) != "\x89PNG\r\n\x1a\n" {
		t.Errorf("the picture of a product is %q", head)
	}
	interrupt()
	go func() { _, _ = io.Copy(io.Discard, read) }()
	if s := <-status; s != exitDone {
		t.Errorf("exit status %d", s)
	}
	if left, err := filepath.Glob(filepath.Join(temporary, "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if _, err := os.Stat("osusume.db"); err == nil {
		t.Error("a database was left in the working folder")
	}
}

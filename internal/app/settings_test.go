package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// envOf gives an environment that holds exactly the pairs.
func envOf(pairs map[string]string) Env {
	return func(name string) (string, bool) { v, ok := pairs[name]; return v, ok }
}

// program runs the program as a person would and gives what it printed.
func program(t *testing.T, env map[string]string, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	// A serve that starts although it should not must fail its test, not hang it.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	status = Run(ctx, args, envOf(env), strings.NewReader(stdin), &out, &errs)
	return status, out.String(), errs.String()
}

// load reads settings as serve does.
func load(env map[string]string, args ...string) (Settings, error) {
	line := newCommandLine("serve", "", "", allSettings()...)
	if _, err := line.parse(invocation{args: args}); err != nil {
		return Settings{}, err
	}
	return line.load(envOf(env))
}

func TestUnsetAndEmptyMeanTheDefault(t *testing.T) {
	t.Parallel()
	empty := map[string]string{}
	for _, s := range settingsTable() {
		if !s.emptyOff {
			empty[s.name] = ""
		}
	}
	for name, env := range map[string]map[string]string{"unset": nil, "empty": empty} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := load(env)
			if err != nil {
				t.Fatal(err)
			}
			if s.DatabaseURL != "sqlite:osusume.db" || s.Addr != ":8080" || s.MetricsAddr != "127.0.0.1:9090" ||
				s.PublicURL != "http://localhost:8080" || s.Timezone.String() != "Asia/Tokyo" || s.StatisticsBasis != BasisGrant ||
				s.LogLevel != "info" || !s.Sending || s.APIBaseURL != "https://api.line.me" ||
				s.DataAPIBaseURL != "https://api-data.line.me" || s.SecretKey != nil || s.ShopName != "" {
				t.Errorf("settings = %+v", s)
			}
		})
	}
}

func TestEmptyMetricsAddressTurnsTheListenerOff(t *testing.T) {
	t.Parallel()
	s, err := load(map[string]string{"OSUSUME_METRICS_ADDR": ""})
	if err != nil || s.MetricsAddr != "" {
		t.Errorf("MetricsAddr = %q, %v; want it off", s.MetricsAddr, err)
	}
}

func TestEverySettingIsFlagVariableAndHelp(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"DATABASE_URL": "postgres://u:p@h/db", "OSUSUME_ADDR": "127.0.0.1:0", "OSUSUME_METRICS_ADDR": ":1",
		"OSUSUME_PUBLIC_URL": "https://a.example/x/", "OSUSUME_SECRET_KEY": base64.StdEncoding.EncodeToString(make([]byte, 32)),
		"OSUSUME_TIMEZONE": "UTC", "OSUSUME_SHOP_NAME": "山田商店", "OSUSUME_PRIVACY_URL": "https://a.example/p",
		"OSUSUME_CONTACT": "03-1234-5678", "OSUSUME_STATISTICS_BASIS": "terms", "OSUSUME_LOG": "debug", "OSUSUME_SENDING": "off",
		"LINE_CHANNEL_SECRET": "one,two", "LINE_CHANNEL_TOKEN": "to/ken=", "LINE_CHANNEL_ID": "123",
		"LINE_API_BASE_URL": "http://127.0.0.1:1", "LINE_DATA_API_BASE_URL": "http://127.0.0.1:2/",
	}
	var args []string
	for _, s := range settingsTable() {
		v, ok := good[s.name]
		if !ok {
			t.Fatalf("this test has no good value for %s", s.name)
		}
		args = append(args, "--"+flagName(s.name)+"="+v)
	}
	fromEnv, err := load(good)
	if err != nil {
		t.Fatal(err)
	}
	fromFlags, err := load(nil, args...)
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]Settings{"environment": fromEnv, "flags": fromFlags} {
		if s.DatabaseURL != good["DATABASE_URL"] || s.Addr != "127.0.0.1:0" || s.MetricsAddr != ":1" || s.PublicURL != "https://a.example/x" ||
			len(s.SecretKey) != 32 || s.Timezone.String() != "UTC" || s.ShopName != "山田商店" || s.PrivacyURL != good["OSUSUME_PRIVACY_URL"] ||
			s.Contact != "03-1234-5678" || s.StatisticsBasis != BasisTerms || s.LogLevel != "debug" || s.Sending ||
			strings.Join(s.ChannelSecrets, "|") != "one|two" || s.ChannelToken != "to/ken=" || s.ChannelID != "123" ||
			s.APIBaseURL != "http://127.0.0.1:1" || s.DataAPIBaseURL != "http://127.0.0.1:2" {
			t.Errorf("from the %s: %+v", name, s)
		}
	}
	status, help, _ := program(t, nil, "", "serve", "--help")
	if status != 0 {
		t.Errorf("serve --help: status %d", status)
	}
	for _, s := range settingsTable() {
		if !strings.Contains(help, "--"+flagName(s.name)+" ") || !strings.Contains(help, s.name) {
			t.Errorf("serve --help does not show %s with its flag", s.name)
		}
	}
}

func TestAFlagWinsOverTheEnvironmentAndAnEmptyOneGivesTheDefault(t *testing.T) {
	t.Parallel()
	env := map[string]string{"OSUSUME_ADDR": ":1", "OSUSUME_LOG": "warn"}
	s, err := load(env, "--addr", ":2", "--log=")
	if err != nil || s.Addr != ":2" || s.LogLevel != "info" {
		t.Errorf("Addr %q, LogLevel %q, %v", s.Addr, s.LogLevel, err)
	}
}

func TestSecretsComeFromFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	s, err := load(map[string]string{
		"LINE_CHANNEL_SECRET_FILE": write("secret", "from-file\n"), "LINE_CHANNEL_TOKEN_FILE": write("token", " tok \r\n"),
		"OSUSUME_SECRET_KEY_FILE": write("key", key), "DATABASE_URL_FILE": write("url", "postgres://u:p@h/d\n"),
	})
	if err != nil || s.ChannelSecrets[0] != "from-file" || s.ChannelToken != "tok" || s.SecretKey[0] != 7 || s.DatabaseURL != "postgres://u:p@h/d" {
		t.Errorf("settings = %+v, %v", s, err)
	}
	s, err = load(map[string]string{"LINE_CHANNEL_TOKEN": "itself", "LINE_CHANNEL_TOKEN_FILE": filepath.Join(dir, "absent")})
	if err != nil || s.ChannelToken != "itself" {
		t.Errorf("the variable itself must win over its file: %q, %v", s.ChannelToken, err)
	}
	if s, err = load(nil, "--line-channel-token-file", write("flag", "by-flag")); err != nil || s.ChannelToken != "by-flag" {
		t.Errorf("ChannelToken = %q, %v", s.ChannelToken, err)
	}
	for _, path := range []string{filepath.Join(dir, "absent"), write("empty", "\n"), write("two", "a\nb\n")} {
		if _, err := load(map[string]string{"LINE_CHANNEL_TOKEN_FILE": path}); err == nil || !strings.HasPrefix(err.Error(), "LINE_CHANNEL_TOKEN ") {
			t.Errorf("file %s: %v, want an error that names LINE_CHANNEL_TOKEN", filepath.Base(path), err)
		}
	}
}

func TestWhatCannotBeUnderstoodStopsTheStartWithOneLineThatNamesTheSetting(t *testing.T) {
	t.Parallel()
	const canary = "hunter2"
	cases := []struct{ name, value string }{
		{"DATABASE_URL", "mysql://u:" + canary + "@h/db"},
		{"DATABASE_URL", "sqlite:"},
		{"DATABASE_URL", "postgres://u:" + canary + "%zz@h/db"},
		{"OSUSUME_ADDR", "8080"},
		{"OSUSUME_ADDR", "host:http-alt"},
		{"OSUSUME_ADDR", ":65536"},
		{"OSUSUME_METRICS_ADDR", "nowhere"},
		{"OSUSUME_PUBLIC_URL", "shop.example"},
		{"OSUSUME_PUBLIC_URL", "https://u:" + canary + "@shop.example"},
		{"OSUSUME_SECRET_KEY", canary},
		{"OSUSUME_TIMEZONE", "Mars/Olympus"},
		{"OSUSUME_TIMEZONE", "Local"},
		{"OSUSUME_SHOP_NAME", strings.Repeat("😀", 5000)},
		{"OSUSUME_SHOP_NAME", "two\nlines"},
		{"OSUSUME_PRIVACY_URL", "javascript:alert(1)"},
		{"OSUSUME_CONTACT", strings.Repeat("x", 201)},
		{"OSUSUME_STATISTICS_BASIS", "all"},
		{"OSUSUME_LOG", "loud"},
		{"OSUSUME_SENDING", "yes"},
		{"LINE_CHANNEL_SECRET", "one,two,three"},
		{"LINE_CHANNEL_SECRET", "one,"},
		{"LINE_CHANNEL_SECRET", canary + " " + canary},
		{"LINE_CHANNEL_TOKEN", canary + "\n" + canary},
		{"LINE_CHANNEL_ID", "U123"},
		{"LINE_API_BASE_URL", "ftp://x"},
		{"LINE_DATA_API_BASE_URL", "https://h/?q"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			status, stdout, stderr := program(t, map[string]string{c.name: c.value}, "", "serve")
			if status != 1 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "osusume serve: "+c.name+" ") {
				t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
			}
			if strings.Contains(stderr, canary) {
				t.Errorf("a secret value is printed: %q", stderr)
			}
			status, _, stderr = program(t, nil, "", "serve", "--"+flagName(c.name), c.value)
			if status != 1 || !strings.Contains(stderr, c.name) || strings.Contains(stderr, canary) {
				t.Errorf("by flag: status %d, stderr %q", status, stderr)
			}
		})
	}
}

func TestServeNamesEachRequiredSettingThatIsMissing(t *testing.T) {
	t.Parallel()
	full := map[string]string{
		"DATABASE_URL": "postgres://127.0.0.1:1/x", "LINE_CHANNEL_SECRET": "s", "LINE_CHANNEL_TOKEN": "t", "OSUSUME_PRIVACY_URL": "https://a.example",
		"OSUSUME_CONTACT": "c", "OSUSUME_SECRET_KEY": base64.StdEncoding.EncodeToString(make([]byte, 32)),
	}
	for _, missing := range []string{"LINE_CHANNEL_SECRET", "LINE_CHANNEL_TOKEN", "OSUSUME_PRIVACY_URL", "OSUSUME_CONTACT", "OSUSUME_SECRET_KEY"} {
		for _, how := range []string{"unset", "empty"} {
			t.Run(missing+" "+how, func(t *testing.T) {
				t.Parallel()
				env := map[string]string{}
				for name, value := range full {
					env[name] = value
				}
				delete(env, missing)
				if how == "empty" {
					env[missing] = ""
				}
				status, _, stderr := program(t, env, "", "serve")
				if status != 1 || strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "osusume serve: "+missing+" ") {
					t.Errorf("status %d, stderr %q", status, stderr)
				}
			})
		}
	}
}

func TestWrongUsageIsStatusTwoAndNeverRepeatsAValue(t *testing.T) {
	t.Parallel()
	const canary = "hunter2"
	cases := [][]string{
		{}, {"no-such-command"}, {"serve", "--no-such-flag"}, {"serve", "word"}, {"version", "--json=" + canary},
		{"version", "word"}, {"serve", "--addr"}, {"intent", "--loud"}, {"import"}, {"import", "cats", "x.csv"},
		{"import", "products"}, {"recommend"}, {"train", "word"}, {"migrate", "word"},
	}
	for _, args := range cases {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			status, stdout, stderr := program(t, nil, "", args...)
			if status != 2 || stdout != "" || stderr == "" {
				t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
			}
			if strings.Contains(stderr, canary) {
				t.Errorf("the value is printed: %q", stderr)
			}
		})
	}
}

func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	t.Parallel()
	_, list, _ := program(t, nil, "", "--help")
	for _, c := range commands() {
		if !strings.Contains(list, "  "+c.name+" ") {
			t.Errorf("osusume --help does not list %s", c.name)
		}
		status, help, stderr := program(t, nil, "", c.name, "--help")
		if status != 0 || stderr != "" || !strings.Contains(help, "Usage: osusume "+c.name) || !strings.Contains(help, "\nExample:\n  ") ||
			!strings.Contains(help[strings.Index(help, "\nExample:"):], "osusume "+c.name) {
			t.Errorf("%s --help: status %d, stderr %q:\n%s", c.name, status, stderr, help)
		}
	}
}

func TestTheReadmeNamesEverySettingWithItsDefault(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range settingsTable() {
		row := ""
		for line := range strings.Lines(string(page)) {
			if strings.HasPrefix(line, "| ") && strings.Contains(line, "`"+s.name+"`") {
				row = line
			}
		}
		if row == "" {
			t.Errorf("the README's table lacks %s", s.name)
		}
		if s.fallback != "" && !strings.Contains(row, "`"+s.fallback+"`") && !strings.Contains(row, "LINE's") {
			t.Errorf("the README gives %s another default than %q: %s", s.name, s.fallback, row)
		}
	}
}

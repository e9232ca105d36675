package lint_test

import (
	"bufio"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"osusume/internal/lint"
	"osusume/internal/phrase"
)

// Every sentence osusume ships may be sent as it stands.
func TestBuiltinSentencesPass(t *testing.T) {
	t.Parallel()
	for _, e := range phrase.Entries() {
		if !strings.HasPrefix(string(e.Key), "say.") {
			continue
		}
		for _, f := range lint.Text(e.JA) {
			if f.Severity != lint.Warn {
				t.Errorf("%s: %+v in %s", e.Key, f, e.JA)
			}
		}
	}
}

// Each line of the labelled set names the rules that must find something, or "-" for none.
func TestFindsWhatIsLabelled(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/sentences.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		want, text, ok := strings.Cut(lines.Text(), "\t")
		if !ok || strings.HasPrefix(want, "#") {
			continue
		}
		got := map[string]bool{}
		for _, f := range lint.Body(text) {
			got[f.Rule] = true
		}
		if want == "-" && len(got) > 0 {
			t.Errorf("%s: finds %v", text, got)
		}
		for rule := range strings.SplitSeq(want, ",") {
			if rule != "-" && !got[rule] {
				t.Errorf("%s: %s is missed, found %v", text, rule, got)
			}
		}
	}
}

func FuzzBody(f *testing.F) {
	for _, seed := range []string{"", "今だけ半額です。", "残 り わ ず か", "\xff\xfe", "買え！", "\u200ba\u0301"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, found := range lint.Body(text) {
			if found.Line != 1 || found.Column < 1 || found.Column > utf8.RuneCountInString(text)+1 || found.Message == "" {
				t.Fatalf("%+v", found)
			}
		}
	})
}

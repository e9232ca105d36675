package dialog

import (
	"bufio"
	"os"
	"strings"
	"testing"
)

type labelled struct {
	intent Intent
	text   string
}

func readLabelled(t testing.TB, path string) []labelled {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []labelled
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		part := strings.Split(line, "\t")
		if len(part) != 3 {
			t.Fatalf("%s: %q has not three columns", path, line)
		}
		all = append(all, labelled{Intent(part[0]), part[2]})
	}
	return all
}

func TestRecognisesTheLabelledUtterances(t *testing.T) {
	t.Parallel()
	right, stops, total := 0, 0, 0
	missed := 0
	for _, l := range readLabelled(t, "testdata/utterances_tune.tsv") {
		total++
		got := Recognise(l.text)
		if got.Intent == l.intent {
			right++
		} else {
			t.Logf("%q: %s, should be %s", l.text, got.Intent, l.intent)
		}
		if l.intent == OptOut {
			stops++
			if !IsOptOut(l.text) {
				missed++
				t.Errorf("missed stop: %q", l.text)
			}
		}
		if IsOptOut(l.text) != (got.Intent == OptOut) {
			t.Errorf("%q: door and dialogue differ", l.text)
		}
	}
	t.Logf("accuracy %.4f of %d, opt-out recall %d of %d", float64(right)/float64(total), total, stops-missed, stops)
	if total < 400 || float64(right) < 0.98*float64(total) {
		t.Errorf("%d of %d right", right, total)
	}
}

func BenchmarkRecognise(b *testing.B) {
	vocabulary()
	b.ReportAllocs()
	for b.Loop() {
		Recognise("コーヒーに合うお菓子ある？")
	}
}

func BenchmarkIsOptOut(b *testing.B) {
	vocabulary()
	b.ReportAllocs()
	for b.Loop() {
		IsOptOut("すみませんが、明日の配達の時間を教えていただけますか？")
	}
}

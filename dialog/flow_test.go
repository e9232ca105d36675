package dialog

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"osusume/internal/consent"
	"osusume/internal/ids"
	"osusume/internal/phrase"
)

// Flows are conversations written down: a line "> words" is said, "[code value]" is pressed, "! follow" happens; under it
// stands what Step answers and the state it leads to. -update rewrites the answers.
func TestFlowsStayAsWritten(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/flows/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no flows: %v", err)
	}
	for _, path := range paths {
		stored, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		played := play(string(stored))
		if *update {
			if err := os.WriteFile(path, []byte(played), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if played != string(stored) {
			t.Errorf("%s goes differently:\n%s", path, played)
		}
	}
}

func play(script string) string {
	var b strings.Builder
	state, facts := New, grantedFacts()
	facts.AskFor = []ids.Purpose{ids.PurchaseHistory}
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		var event Event
		switch {
		case strings.HasPrefix(line, "#"):
			b.WriteString(line + "\n")
			continue
		case strings.HasPrefix(line, "> "):
			event = Said{Recognise(line[2:])}
		case strings.HasPrefix(line, "["):
			action, value, _ := strings.Cut(strings.Trim(line, "[]"), " ")
			event = Pressed{Action: Action(action), Value: value}
			facts.HasOffer = value != ""
		case line == "! follow":
			event = Followed{}
		case line == "! block":
			event = Unfollowed{}
		default:
			continue
		}
		fmt.Fprintf(&b, "\n%s\n", line)
		pending := []Event{event}
		for len(pending) > 0 {
			var effects []Effect
			state, effects = Step(state, pending[0], facts)
			pending = pending[1:]
			for _, e := range effects {
				switch e := e.(type) {
				case Say:
					text, _ := phrase.Builtin().Text(ids.Japanese, e.Key, e.Params)
					fmt.Fprintf(&b, "  %s\n", strings.ReplaceAll(text, "\n", " / "))
				case Record:
					for _, p := range e.Purposes {
						facts.Standings[p] = consent.Standing{State: e.State, NoticeVersion: facts.Notice, ValidUntilMS: now + 1}
					}
					fmt.Fprintf(&b, "  Record %s %v by %s\n", e.State, e.Purposes, e.Method)
				case AskOffers:
					fmt.Fprintf(&b, "  AskOffers%+v\n", e)
					pending = append(pending, OffersReady{Count: 3, Personal: e.Personal})
					facts.Shown = 3
				case AskPlan:
					pending = append(pending, PlanReady{PlanStay})
				case AskHistory:
					pending = append(pending, HistoryReady{Count: 2})
				default:
					fmt.Fprintf(&b, "  %s%+v\n", strings.TrimPrefix(fmt.Sprintf("%T", e), "dialog."), e)
				}
			}
		}
		fmt.Fprintf(&b, "  → %s\n", stateNames[state])
	}
	return b.String()
}

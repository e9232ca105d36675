package webhook

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"osusume/internal/keyring"
	"osusume/internal/queue"
)

// CheckSplit holds the hand-written reader against encoding/json: the same events, byte for byte, and the same members.
func CheckSplit(t *testing.T, ring *keyring.Ring, body []byte) {
	_, events, err := splitEnvelope(body)
	var want struct{ Events []json.RawMessage }
	if err == nil {
		if wantErr := json.Unmarshal(body, &want); wantErr != nil || len(want.Events) != len(events) {
			t.Fatalf("%d events, encoding/json has %d, %v", len(events), len(want.Events), wantErr)
		}
	}
	s := sorter{ring: ring, optOut: func(text string) bool { return text == "停止" }}
	seal := func(plain []byte, _ string) (int64, []byte) { return 1, plain }
	for i, raw := range events {
		if string(raw) != string(want.Events[i]) {
			t.Fatalf("event %d is %q, encoding/json has %q", i, raw, want.Events[i])
		}
		var intake queue.Intake
		reason := s.add(&intake, raw, 5, seal)
		if n := len(intake.Events) + len(intake.Unsends) + len(intake.Bad); n != 1 || (reason != "") != (len(intake.Bad) == 1) {
			t.Fatalf("one event became %d entries, reason %q", n, reason)
		}
		if reason != "" {
			continue
		}
		var like struct {
			Type           string `json:"type"`
			WebhookEventID string `json:"webhookEventId"`
			Timestamp      int64  `json:"timestamp"`
		}
		if err := json.Unmarshal(raw, &like); err != nil || !utf8.Valid(raw) {
			t.Fatalf("accepted what encoding/json refuses: %v", err)
		}
		if len(intake.Events) == 1 {
			e := intake.Events[0]
			if e.Kind != like.Type || string(e.EventID) != like.WebhookEventID || e.AtMS != like.Timestamp {
				t.Fatalf("read %+v, encoding/json reads %+v", e, like)
			}
		}
	}
	if raw := body; len(raw) > 0 {
		_, _ = decode(raw) // must not panic on what is no JSON either
	}
}

package webhook_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"osusume/internal/clock"
	"osusume/internal/consent"
	"osusume/internal/fault"
	"osusume/internal/ids"
	"osusume/internal/keyring"
	"osusume/internal/queue"
	"osusume/webhook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	secret = "8c570fa6dd201bb328f1c1eac23a96d8"
	userID = "U0123456789abcdef0123456789abcdef"
	atMS   = 1_767_225_600_000
)

// inbox is a store in memory. before runs inside each Append.
type inbox struct {
	mu      sync.Mutex
	all     queue.Intake
	commits int
	before  func(ctx context.Context, intake queue.Intake) error
}

func (i *inbox) Append(ctx context.Context, intake queue.Intake) (int, error) {
	if i.before != nil {
		if err := i.before(ctx, intake); err != nil {
			return 0, err
		}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.commits++
	i.all.Events = append(i.all.Events, intake.Events...)
	i.all.Withdrawals = append(i.all.Withdrawals, intake.Withdrawals...)
	i.all.Unsends = append(i.all.Unsends, intake.Unsends...)
	i.all.Bad = append(i.all.Bad, intake.Bad...)
	return len(intake.Events), nil
}

type keys struct {
	key keyring.DataKey
	err error
}

func (k keys) Current() (int64, keyring.DataKey, error) { return 7, k.key, k.err }

type bench struct {
	*webhook.Handler
	ring  *keyring.Ring
	key   keyring.DataKey
	inbox *inbox
	logs  *observer.ObservedLogs
	woken chan struct{}
}

func setup(t testing.TB, change func(*webhook.Config)) *bench {
	t.Helper()
	ring, err := keyring.New(bytes.Repeat([]byte{3}, keyring.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	key, _, err := ring.NewDataKey()
	if err != nil {
		t.Fatal(err)
	}
	core, logs := observer.New(zapcore.DebugLevel)
	b := &bench{ring: ring, key: key, inbox: &inbox{}, logs: logs, woken: make(chan struct{}, 100)}
	cfg := webhook.Config{
		Secrets: [][]byte{[]byte(secret)}, Ring: ring, Inbox: b.inbox, Keys: keys{key: key},
		OptOut: func(text string) bool { return text == "停止" }, Clock: clock.NewFake(time.UnixMilli(atMS + 50)),
		Log: zap.New(core), Stored: func() { b.woken <- struct{}{} },
	}
	if change != nil {
		change(&cfg)
	}
	if b.Handler, err = webhook.New(cfg); err != nil {
		t.Fatal(err)
	}
	b.Start(context.Background())
	t.Cleanup(b.Stop)
	return b
}

func sign(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (b *bench) post(body string) *httptest.ResponseRecorder {
	return b.signed(body, sign(secret, body))
}

func (b *bench) signed(body, signature string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/callback", strings.NewReader(body))
	r.Header.Set("x-line-signature", signature)
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w
}

func envelope(events ...string) string {
	return `{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[` + strings.Join(events, ",") + `]}`
}

func said(id, text string) string {
	return fmt.Sprintf(`{"type":"message","mode":"active","timestamp":%d,"webhookEventId":%q,"deliveryContext":{"isRedelivery":false},`+
		`"source":{"type":"user","userId":%q},"replyToken":"r-%s","message":{"type":"text","id":"m-%s","text":%q}}`, int64(atMS), id, userID, id, id, text)
}

func TestTheGoldenSignatureOfTheReferenceIsAccepted(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	const body = `{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}`
	w := b.signed(body, "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=")
	if w.Code != 200 || w.Body.Len() != 0 {
		t.Errorf("answered %d %q, want 200 and an empty body", w.Code, w.Body)
	}
	if b.inbox.commits != 0 {
		t.Error("a verification without events reached the store")
	}
}

func TestASignatureMustFitTheRawBytes(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *webhook.Config) { c.Secrets = [][]byte{[]byte(secret), []byte("another-secret-of-a-rotation")} })
	body := envelope(said("e1", "hello"))
	good := sign(secret, body)
	for name, c := range map[string]struct {
		body, signature string
		want            int
	}{
		"good":                   {body, good, 200},
		"second secret":          {body, sign("another-secret-of-a-rotation", body), 200},
		"missing":                {body, "", 400},
		"another secret":         {body, sign("nobody's secret", body), 400},
		"empty secret":           {body, sign("", body), 400},
		"changed body":           {body + " ", good, 400},
		"byte order mark":        {"\ufeff" + body, good, 400},
		"not base64":             {body, strings.Repeat("!", len(good)), 400},
		"cut":                    {body, good[:len(good)-4], 400},
		"hexadecimal":            {body, fmt.Sprintf("%x", good), 400},
		"trailing bits":          {body, good[:len(good)-2] + string(good[len(good)-2]+1) + "=", 400},
		"line feed in it":        {body, "\n" + good[:len(good)-1], 400},
		"a signature of nothing": {body, sign(secret, ""), 400},
	} {
		if w := b.signed(c.body, c.signature); w.Code != c.want || w.Body.Len() != 0 {
			t.Errorf("%s: answered %d %q, want %d", name, w.Code, w.Body, c.want)
		}
	}
}

// What a secret is, LINE decides: nothing says that all are as long as today's.
func TestAShortSecretIsASecret(t *testing.T) {
	t.Parallel()
	b := setup(t, func(cfg *webhook.Config) { cfg.Secrets = [][]byte{[]byte("s")} })
	body := `{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}`
	if w := b.signed(body, sign("s", body)); w.Code != 200 {
		t.Errorf("answered %d", w.Code)
	}
	if w := b.signed(body, sign("t", body)); w.Code != 400 {
		t.Errorf("another signature: answered %d", w.Code)
	}
}

func TestConstructionRefusesMissingSecrets(t *testing.T) {
	t.Parallel()
	for name, secrets := range map[string][][]byte{
		"none": {}, "empty": {{}}, "second empty": {[]byte(secret), {}},
		"three": {[]byte(secret), []byte(secret), []byte(secret)},
	} {
		if _, err := webhook.New(webhook.Config{Secrets: secrets}); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v, want an error without the secret", name, err)
		}
	}
}

func TestRequestsThatAreNotWebhooks(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodHead} {
		w := httptest.NewRecorder()
		b.ServeHTTP(w, httptest.NewRequest(method, "/callback", nil))
		if w.Code != 405 || w.Header().Get("Allow") != "POST" {
			t.Errorf("%s: answered %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
	for name, body := range map[string]string{
		"nothing": "", "text": "hello", "truncated": `{"destination":"U","events":[{"type":`, "an array": `[]`, "null": `null`,
		"no events": `{"destination":"U"}`, "null events": `{"events":null}`, "events an object": `{"events":{}}`,
		"events a string": `{"events":"[]"}`, "two values": `{"events":[]}{"events":[]}`,
		"events twice":            `{"events":[` + said("e1", "x") + `],"events":[]}`,
		"events twice by escape":  `{"events":[` + said("e1", "x") + `],"\u0065vents":[]}`,
		"events twice by case":    `{"events":[` + said("e1", "x") + `],"Events":[]}`,
		"deeper than a stack":     `{"events":` + strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000) + `}`,
		"destination given twice": `{"destination":"U1","destination":"U2","events":[]}`,
	} {
		if w := b.post(body); w.Code != 400 {
			t.Errorf("%s: answered %d, want 400", name, w.Code)
		}
	}
	if b.inbox.commits != 0 {
		t.Error("something of a refused body was stored")
	}
}

// endless is a body that must not be read to its end.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	if e.read > 4*webhook.MaxBody {
		return 0, errors.New("read far beyond the limit")
	}
	return copy(p, bytes.Repeat([]byte{' '}, len(p))), nil
}

func TestHugeBodiesAreRefusedBeforeTheyAreRead(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for name, length := range map[string]int64{"announced": webhook.MaxBody + 1, "chunked": -1} {
		body := &endless{}
		r := httptest.NewRequest(http.MethodPost, "/callback", body)
		r.ContentLength = length
		w := httptest.NewRecorder()
		b.ServeHTTP(w, r)
		if w.Code != 413 {
			t.Errorf("%s: answered %d, want 413", name, w.Code)
		}
		if length > 0 && body.read > 0 {
			t.Errorf("%s: %d bytes were read", name, body.read)
		}
	}
	exact := envelope(said("e1", strings.Repeat("a", webhook.MaxBody-len(envelope(said("e1", ""))))))
	if w := b.post(exact); len(exact) != webhook.MaxBody || w.Code != 200 {
		t.Errorf("a body of exactly the limit (%d bytes): answered %d", len(exact), w.Code)
	}
}

func TestAPoisonedBatchLosesOnlyItsPoison(t *testing.T) {
	t.Parallel()
	good := said("good", "hello")
	edit := func(old, new string) string {
		out := strings.Replace(said("bad", "hello"), old, new, 1)
		if out == said("bad", "hello") {
			panic("nothing replaced: " + old)
		}
		return out
	}
	for name, c := range map[string]struct{ event, reason string }{
		"number":                     {`5`, "not_object"},
		"null":                       {`null`, "not_object"},
		"array":                      {`[]`, "not_object"},
		"empty":                      {`{}`, "event_id"},
		"no id":                      {edit(`"webhookEventId":"bad",`, ``), "event_id"},
		"id null":                    {edit(`"webhookEventId":"bad"`, `"webhookEventId":null`), "event_id"},
		"id a number":                {edit(`"webhookEventId":"bad"`, `"webhookEventId":5`), "event_id"},
		"id empty":                   {edit(`"webhookEventId":"bad"`, `"webhookEventId":""`), "event_id"},
		"id too long":                {edit(`"webhookEventId":"bad"`, `"webhookEventId":"`+strings.Repeat("x", 65)+`"`), "event_id"},
		"id with zero byte":          {edit(`"webhookEventId":"bad"`, `"webhookEventId":"a\u0000b"`), "event_id"},
		"no type":                    {edit(`"type":"message",`, ``), "type"},
		"type null":                  {edit(`"type":"message"`, `"type":null`), "type"},
		"type an object":             {edit(`"type":"message"`, `"type":{}`), "type"},
		"type endless":               {edit(`"type":"message"`, `"type":"`+strings.Repeat("m", 41)+`"`), "type"},
		"type with a space":          {edit(`"type":"message"`, `"type":"mess age"`), "type"},
		"no timestamp":               {edit(fmt.Sprintf(`"timestamp":%d,`, int64(atMS)), ``), "timestamp"},
		"timestamp text":             {edit(fmt.Sprint(int64(atMS)), `"1767225600000"`), "timestamp"},
		"timestamp fractional":       {edit(fmt.Sprint(int64(atMS)), `1767225600000.5`), "timestamp"},
		"timestamp exponent":         {edit(fmt.Sprint(int64(atMS)), `1e12`), "timestamp"},
		"timestamp negative":         {edit(fmt.Sprint(int64(atMS)), `-1767225600000`), "timestamp"},
		"timestamp in seconds":       {edit(fmt.Sprint(int64(atMS)), `1767225600`), "timestamp"},
		"timestamp in the year 9000": {edit(fmt.Sprint(int64(atMS)), `221845392000000`), "timestamp"},
		"timestamp overflowing":      {edit(fmt.Sprint(int64(atMS)), `99999999999999999999`), "timestamp"},
		"mode a number":              {edit(`"mode":"active"`, `"mode":1`), "field_type"},
		"reply token a number":       {edit(`"replyToken":"r-bad"`, `"replyToken":1`), "field_type"},
		"source a string":            {edit(`"source":{"type":"user","userId":"`+userID+`"}`, `"source":"`+userID+`"`), "field_type"},
		"source type a list":         {edit(`"source":{"type":"user"`, `"source":{"type":[]`), "field_type"},
		"user id a number":           {edit(`"userId":"`+userID+`"`, `"userId":12`), "field_type"},
		"user id empty":              {edit(`"userId":"`+userID+`"`, `"userId":""`), "source_id"},
		"user id endless":            {edit(`"userId":"`+userID+`"`, `"userId":"`+strings.Repeat("U", 5000)+`"`), "source_id"},
		"redelivery a string":        {edit(`"isRedelivery":false`, `"isRedelivery":"false"`), "field_type"},
		"delivery a list":            {edit(`"deliveryContext":{"isRedelivery":false}`, `"deliveryContext":[]`), "field_type"},
		"message a string":           {edit(`"message":{"type":"text","id":"m-bad","text":"hello"}`, `"message":"hello"`), "field_type"},
		"message null":               {edit(`"message":{"type":"text","id":"m-bad","text":"hello"}`, `"message":null`), "message"},
		"message id a number":        {edit(`"id":"m-bad"`, `"id":444573844083572737`), "field_type"},
		"message text a list":        {edit(`"text":"hello"`, `"text":["hello"]`), "field_type"},
		"message without id":         {edit(`"id":"m-bad",`, ``), "message"},
		"message without type":       {edit(`"message":{"type":"text",`, `"message":{`), "message"},
		"postback without data":      {edit(`"type":"message"`, `"type":"postback"`), "postback"},
		"postback data a number":     {strings.Replace(edit(`"type":"message"`, `"type":"postback"`), `"message":`, `"postback":{"data":1},"x":`, 1), "field_type"},
		"unsend of nothing":          {edit(`"type":"message"`, `"type":"unsend"`), "unsend"},
		"user id twice":              {edit(`"userId":"`+userID+`"`, `"userId":"`+userID+`","userId":"U2"`), "duplicate_key"},
		"user id by case":            {edit(`"userId":"`+userID+`"`, `"userId":"`+userID+`","USERID":"U2"`), "duplicate_key"},
		"source by long s":           {edit(`"replyToken":`, `"\u017fource":{},"replyToken":`), "duplicate_key"},
		"type twice":                 {edit(`"type":"message",`, `"type":"message","type":"follow",`), "duplicate_key"},
		"text twice by escape":       {edit(`"text":"hello"`, `"text":"hello","te\u0078t":"停止"`), "duplicate_key"},
		"a deep key twice":           {edit(`"text":"hello"`, `"text":"hello","x":[[{"y":{"k":1,"z":{},"k":2}}]]`), "duplicate_key"},
		"many keys, one twice":       {edit(`"text":"hello"`, `"text":"hello","x":{`+manyKeys(100)+`,"k57":0}`), "duplicate_key"},
		"deep":                       {edit(`"text":"hello"`, `"text":"hello","x":`+strings.Repeat(`[`, 100)+strings.Repeat(`]`, 100)), "depth"},
		"not UTF-8":                  {edit(`hello`, "h\xffllo"), "encoding"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, nil)
			if w := b.post(envelope(c.event, good)); w.Code != 200 {
				t.Fatalf("answered %d, want 200", w.Code)
			}
			if got := b.inbox.all; len(got.Events) != 1 || got.Events[0].EventID != "good" {
				t.Errorf("stored %d events, want the good one", len(got.Events))
			}
			if got := b.inbox.all.Bad; len(got) != 1 || got[0].Reason != c.reason || got[0].ReceivedMS != atMS+50 {
				t.Errorf("set aside %+v, want one for %q", got, c.reason)
			} else if known := c.reason != "not_object" && c.reason != "event_id"; (got[0].EventID == "bad") != known {
				t.Errorf("it is set aside under the id %q", got[0].EventID)
			}
		})
	}
}

func manyKeys(n int) string {
	var keys []string
	for i := range n {
		keys = append(keys, fmt.Sprintf(`"k%d":%d`, i, i))
	}
	return strings.Join(keys, ",")
}

func TestWhatIsNewAtLineIsStored(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	head := func(id string) string { return fmt.Sprintf(`"timestamp":%d,"webhookEventId":%q`, int64(atMS), id) }
	events := []string{
		`{"type":"hologram","beam":{"colour":[1,2,{}]},` + head("e1") + `}`,
		`{"type":"message","message":{"type":"smell","id":"m1","strength":1e9},"source":{"type":"user","userId":"` + userID + `","mood":null},` + head("e2") + `}`,
		`{"type":"accountLink","link":{"result":"failed","nonce":"n"},` + head("e3") + `}`,
		`{"type":"follow","source":{"type":"planet","planetId":"P1"},"deliveryContext":{"isRedelivery":true,"how":"moon"},` + head("e4") + `}`,
		" {\n\t\"type\" : \"beacon\" , \"x\" : \"a\\\"]}\\\\\" ,\r\n" + head("e5") + ` , "z" : [ ] } `,
		`{"type":"message","source":null,"mode":null,"replyToken":null,"message":{"type":"text","id":"m2","text":null},` + head("e6") + `}`,
		`{"type":"message","message":{"type":"text","id":"m3","x":{` + manyKeys(200) + `}},` + head("e7") + `}`,
	}
	if w := b.post(envelope(events...)); w.Code != 200 {
		t.Fatalf("answered %d", w.Code)
	}
	got := b.inbox.all
	if len(got.Events) != len(events) || len(got.Bad) != 0 {
		t.Fatalf("stored %d events and set aside %+v, want %d and none", len(got.Events), got.Bad, len(events))
	}
	subjects := map[ids.Subject]bool{}
	for i, e := range got.Events {
		plain, err := b.key.Open(e.Payload, string(e.EventID))
		if err != nil || string(plain) != strings.TrimSpace(events[i]) || e.KeyID != 7 {
			t.Errorf("event %d came out as %q under key %d, %v", i, plain, e.KeyID, err)
		}
		subjects[e.Subject] = true
	}
	if len(subjects) != len(events) {
		t.Errorf("%d subjects, want one for each: nobody is named but once", len(subjects))
	}
	if !got.Events[3].Redelivered || got.Events[0].Redelivered {
		t.Error("the redelivery mark is lost")
	}
}

func TestEventsAreFiledUnderThePersonOrTheGroup(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	edit := func(id, source string) string {
		return strings.Replace(said(id, "停止"), `{"type":"user","userId":"`+userID+`"}`, source, 1)
	}
	b.post(envelope(
		edit("e1", `{"type":"user","userId":"`+userID+`"}`),
		edit("e2", `{"type":"group","groupId":"C1","userId":"`+userID+`"}`),
		edit("e3", `{"type":"room","roomId":"R1"}`),
		edit("e4", `{"type":"user"}`),
		strings.Replace(edit("e5", `{"type":"group","groupId":"C1"}`), `"type":"message"`, `"type":"messageEdited"`, 1),
	))
	want := []ids.Subject{
		b.ring.Subject(userID), b.ring.Subject("C1"), b.ring.Subject("R1"), ids.Subject(b.ring.Digest("event", "e4")), b.ring.Subject("C1"),
	}
	for i, e := range b.inbox.all.Events {
		if e.Subject != want[i] {
			t.Errorf("event %d is filed under another subject", i+1)
		}
		if e.MessageHash != b.ring.Digest("message", fmt.Sprintf("m-e%d", i+1)) {
			t.Errorf("event %d has another message hash", i+1)
		}
		if e.OptOut != (i == 0) {
			t.Errorf("event %d: opt-out %v; only the person's own chat counts", i+1, e.OptOut)
		}
	}
	if len(b.inbox.all.Events) != len(want) || len(b.inbox.all.Withdrawals) != 1 {
		t.Errorf("%d events and %d withdrawals", len(b.inbox.all.Events), len(b.inbox.all.Withdrawals))
	}
}

func TestAnOptOutIsRecordedWithItsEvent(t *testing.T) {
	t.Parallel()
	text := said("e1", "停止")
	for name, c := range map[string]struct {
		event  string
		method consent.Method
		optOut bool
	}{
		"words":             {text, consent.ByText, true},
		"words escaped":     {strings.Replace(text, "停止", `\u505c\u6b62`, 1), consent.ByText, true},
		"words in standby":  {strings.Replace(text, `"active"`, `"standby"`, 1), consent.ByText, true},
		"words redelivered": {strings.Replace(text, `:false`, `:true`, 1), consent.ByText, true},
		"button":            {strings.NewReplacer(`"type":"message"`, `"type":"postback"`, `"message":`, `"postback":{"data":"stop"},"x":`).Replace(text), consent.ByButton, true},
		"block":             {strings.Replace(text, `"type":"message"`, `"type":"unfollow"`, 1), consent.ByBlock, false},
		"other words":       {said("e1", "停止しないで"), "", false},
		"other button":      {strings.NewReplacer(`"type":"message"`, `"type":"postback"`, `"message":`, `"postback":{"data":"stop "},"x":`).Replace(text), "", false},
		"caption":           {strings.Replace(text, `"type":"text"`, `"type":"image"`, 1), "", false},
		"edited":            {strings.Replace(text, `"type":"message"`, `"type":"messageEdited"`, 1), "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, nil)
			b.post(envelope(c.event))
			got := b.inbox.all
			if len(got.Events) != 1 || got.Events[0].OptOut != c.optOut {
				t.Fatalf("stored %+v", got.Events)
			}
			if c.method == "" {
				if len(got.Withdrawals) != 0 {
					t.Errorf("recorded %+v", got.Withdrawals)
				}
				return
			}
			if len(got.Withdrawals) != 1 {
				t.Fatalf("recorded %d withdrawals", len(got.Withdrawals))
			}
			w := got.Withdrawals[0]
			if w.ID != "e1/withdrawn" || w.State != consent.Withdrawn || w.Method != c.method || w.Subject != b.ring.Subject(userID) ||
				!slices.Equal(w.Purposes, ids.Purposes()) || w.AtMS != atMS || w.ReceivedMS != atMS+50 || w.EventID != "e1" || w.Actor != "customer" {
				t.Errorf("recorded %+v", w)
			}
		})
	}
}

func TestAnUnsendIsNoEventButAnOrder(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.post(envelope(strings.NewReplacer(`"type":"message"`, `"type":"unsend"`, `"message":`, `"unsend":{"messageId":"m-1"},"x":`).Replace(said("e1", "x"))))
	got := b.inbox.all
	if len(got.Events) != 0 || len(got.Unsends) != 1 || got.Unsends[0].MessageHash != b.ring.Digest("message", "m-1") ||
		got.Unsends[0].Subject != b.ring.Subject(userID) || got.Unsends[0].AtMS != atMS {
		t.Errorf("stored %+v", got)
	}
}

func TestRequestsThatComeTogetherShareACommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, nil)
		release := make(chan struct{})
		b.inbox.before = func(context.Context, queue.Intake) error { <-release; return nil }
		codes := make(chan int, 100)
		send := func(body string) { go func() { codes <- b.post(body).Code }() }
		send(envelope(said("first", "x")))
		synctest.Wait()
		for i := range 50 {
			send(envelope(said(fmt.Sprintf("e%d", i), "x"), said("shared", "x")))
		}
		synctest.Wait()
		send(envelope(said("stop", "停止")))
		synctest.Wait()
		if len(codes) != 0 {
			t.Fatal("answered before the commit")
		}
		close(release)
		synctest.Wait()
		for range 52 {
			if code := <-codes; code != 200 {
				t.Errorf("answered %d", code)
			}
		}
		if b.inbox.commits != 2 || len(b.inbox.all.Events) != 53 {
			t.Errorf("%d commits of %d events, want 2 of 53 with the shared one once", b.inbox.commits, len(b.inbox.all.Events))
		}
		if b.inbox.all.Events[1].EventID != "stop" {
			t.Errorf("the second commit begins with %q; an opt-out overtakes the others", b.inbox.all.Events[1].EventID)
		}
		if len(b.woken) != 2 {
			t.Errorf("the worker was woken %d times, want once a commit", len(b.woken))
		}
	})
}

func TestAFloodDelaysNobodysOptOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, func(c *webhook.Config) { c.BatchLimit, c.Room = 10, 400 })
		b.inbox.before = func(context.Context, queue.Intake) error { time.Sleep(100 * time.Millisecond); return nil }
		codes := make(chan int, 1000)
		for i := range 600 {
			go func() { codes <- b.post(envelope(said(fmt.Sprintf("e%d", i), "x"))).Code }()
		}
		synctest.Wait()
		began := time.Now()
		if code := b.post(envelope(said("stop", "停止"))).Code; code != 200 {
			t.Errorf("answered %d", code)
		}
		if took := time.Since(began); took > 200*time.Millisecond {
			t.Errorf("the opt-out took %v; it has to be in the commit after the running one", took)
		}
		count := map[int]int{}
		for range 600 {
			count[<-codes]++
		}
		if count[200]+count[503] != 600 || count[200] < 100 || count[503] < 190 {
			t.Errorf("the flood was answered %v", count)
		}
		b.Stop()
		if n := len(b.inbox.all.Events); n < 400 {
			t.Errorf("%d events in the store; those that waited belong there too", n)
		}
	})
}

func TestAStoreThatFailsOrHangsGives503InTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, nil)
		fail := errors.New("no space left")
		b.inbox.before = func(context.Context, queue.Intake) error { return fail }
		if code := b.post(envelope(said("e1", "x"))).Code; code != 503 {
			t.Errorf("a failing store: answered %d", code)
		}
		b.inbox.before = func(ctx context.Context, _ queue.Intake) error { <-ctx.Done(); return ctx.Err() }
		began := time.Now()
		if code := b.post(envelope(said("e2", "x"))).Code; code != 503 {
			t.Errorf("a hanging store: answered %d", code)
		}
		if took := time.Since(began); took != webhook.Wait {
			t.Errorf("it took %v", took)
		}
		synctest.Wait()
		b.inbox.before = nil
		if code := b.post(envelope(said("e3", "x"))).Code; code != 200 {
			t.Errorf("after the store came back: answered %d", code)
		}
		b.Stop()
		if code := b.post(envelope(said("e4", "x"))).Code; code != 503 {
			t.Errorf("after Stop: answered %d", code)
		}
	})
}

func TestOneRequestsRefusedContentDoesNotFailTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, nil)
		hold := make(chan struct{})
		b.inbox.before = func(_ context.Context, in queue.Intake) error {
			<-hold
			for _, e := range in.Events {
				if e.EventID == "odd" {
					return fault.New(fault.Invalid, "db: append", nil)
				}
			}
			return nil
		}
		codes := map[string]chan int{}
		for _, id := range []string{"first", "odd", "fine"} {
			done := make(chan int, 1)
			codes[id] = done
			go func() { done <- b.post(envelope(said(id, "x"))).Code }()
			synctest.Wait()
		}
		close(hold)
		for id, want := range map[string]int{"first": 200, "odd": 503, "fine": 200} {
			if code := <-codes[id]; code != want {
				t.Errorf("%s: answered %d, want %d", id, code, want)
			}
		}
	})
}

func TestStopAndStartInAnyOrder(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.Stop()
	b.Stop()
	b.Start(context.Background())
	if code := b.post(envelope(said("e1", "x"))).Code; code != 503 {
		t.Errorf("answered %d after Stop", code)
	}
}

func TestWithoutAKeyNothingIsAccepted(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *webhook.Config) { c.Keys = keys{err: errors.New("none")} })
	if code := b.post(envelope(said("e1", "x"))).Code; code != 503 {
		t.Errorf("answered %d", code)
	}
}

func TestAnotherBotsWebhookIsRefusedWhenTheBotIsKnown(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *webhook.Config) { c.Destination = "U00000000000000000000000000000000" })
	if code := b.post(envelope(said("e1", "x"))).Code; code != 400 {
		t.Errorf("answered %d", code)
	}
}

func TestNothingOfAPersonReachesTheLog(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.inbox.before = func(context.Context, queue.Intake) error { return errors.New("disk") }
	const canary = "カナリア-canary"
	body := envelope(said(canary, canary), strings.Replace(said("e2", canary), `"type":"message"`, `"type":"`+canary+`"`, 1),
		strings.Replace(said("e3", canary), `"userId":`, `"userId":5,"userId":`, 1))
	b.post(body)
	b.signed(body, "wrong")
	b.post(body[:len(body)-3])
	b.post(strings.Replace(body, `"events"`, `"events":1,"events"`, 1))
	if b.logs.Len() == 0 {
		t.Fatal("nothing was logged at all")
	}
	for _, entry := range b.logs.All() {
		line := entry.Message + fmt.Sprint(entry.ContextMap())
		for _, word := range []string{"カナリア", "canary", userID, "U8e742f61d673b39c7fff3cecb7536ef0", "r-e2", "m-e2", string(b.ring.Subject(userID)), secret} {
			if strings.Contains(line, word) {
				t.Errorf("the log has %q: %s", word, line)
			}
		}
	}
}

func FuzzSplitAndDecode(f *testing.F) {
	f.Add([]byte(envelope(said("e1", "停止"), said("e2", "x\"y"), `5`, `{}`)))
	f.Add([]byte(` { "events" : [ { "webhookEventId" : "a" , "x" : [ { } , "\"" , -1.5e3 , null ] } ] } `))
	f.Add([]byte(`{"events":[{"a":{"b":[[[[]]]]},"a\\":1}],"\u0065":true}`))
	ring, err := keyring.New(bytes.Repeat([]byte{3}, keyring.MasterSize))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) { webhook.CheckSplit(t, ring, body) })
}

package simpage_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"osusume/internal/linesim"
	"osusume/internal/simpage"
)

// rig is a simulator with its page, and a bot that answers every event with the messages of the test.
type rig struct {
	t    *testing.T
	sim  *linesim.Sim
	url  string
	user string
}

func setup(t *testing.T, answer string) *rig {
	t.Helper()
	sim := linesim.New(linesim.Config{Seed: 1, BotName: "ボット"})
	t.Cleanup(sim.Close)
	page := simpage.New(simpage.Config{Sim: sim, Title: "試験"})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/simulator") {
			page.ServeHTTP(w, r)
			return
		}
		sim.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { page.Close(); server.Close() })
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Events []struct{ ReplyToken string } }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		for _, e := range body.Events {
			if e.ReplyToken == "" || answer == "" {
				continue
			}
			req, _ := http.NewRequestWithContext(r.Context(), http.MethodPost, server.URL+"/v2/bot/message/reply",
				strings.NewReader(`{"replyToken":"`+e.ReplyToken+`","messages":`+answer+`}`))
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Authorization", "Bearer "+sim.ChannelToken())
			if res, err := http.DefaultClient.Do(req); err == nil {
				_ = res.Body.Close()
			}
		}
	}))
	t.Cleanup(bot.Close)
	sim.SetWebhookURL(bot.URL)
	r := &rig{t: t, sim: sim, url: server.URL + "/simulator/api", user: linesim.UserID("hana")}
	sim.AddUser(r.user, "はな", "ja")
	return r
}

// call makes one call and gives its status and JSON.
func (r *rig) call(method, path, body string) (int, map[string]any) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(raw, &v); err != nil {
		r.t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, raw)
	}
	return res.StatusCode, v
}

func (r *rig) ok(method, path, body string) map[string]any {
	r.t.Helper()
	status, v := r.call(method, path, body)
	if status != http.StatusOK {
		r.t.Fatalf("%s %s: %d %v", method, path, status, v)
	}
	return v
}

const hello = `[{"type":"text","text":"こんにちは"}]`

func TestAnotherProjectsTestDrivesAConversation(t *testing.T) {
	t.Parallel()
	r := setup(t, `[{"type":"text","text":"選んでください","quickReply":{"items":[{"type":"action","action":{"type":"postback","label":"はい","data":"y","displayText":"はい"}}]}}]`)
	user := r.ok("POST", "/users", `{"name":"Taro","language":"en"}`)["id"].(string)
	sent := r.ok("POST", "/chats/"+user+"/events", `{"type":"text","text":"hi"}`)
	event := r.ok("GET", "/events/"+sent["eventId"].(string)+"?wait=5s", "")
	if event["accepted"] != true || len(event["messages"].([]any)) != 1 {
		t.Fatalf("%v", event)
	}
	chat := r.ok("GET", "/chats/"+user+"/entries", "")
	entries := chat["entries"].([]any)
	last := entries[len(entries)-1].(map[string]any)
	if last["from"] != "bot" || last["text"] != "選んでください" || !strings.Contains(last["html"].(string), "選んでください") {
		t.Errorf("%v", last)
	}
	quick := last["quick"].([]any)[0].(map[string]any)["action"].(map[string]any)
	if quick["data"] != "y" || quick["label"] != "はい" {
		t.Errorf("%v", quick)
	}
	first := entries[0].(map[string]any)
	if first["webhook"] != "accepted" {
		t.Errorf("%v", first)
	}
	details := r.ok("GET", "/chats/"+user+"/entries/"+jsonNumber(last["seq"]), "")
	if details["message"].(map[string]any)["text"] != "選んでください" || details["event"].(map[string]any)["json"].(map[string]any)["type"] != "message" {
		t.Errorf("%v", details)
	}
	calls := r.ok("GET", "/calls", "")["calls"].([]any)
	if c := calls[len(calls)-1].(map[string]any); c["endpoint"] != "POST /v2/bot/message/reply" || c["status"] != 200.0 {
		t.Errorf("%v", c)
	}
	if problems := r.ok("GET", "/check", "")["problems"].([]any); len(problems) != 0 {
		t.Errorf("%v", problems)
	}
}

func jsonNumber(v any) string { b, _ := json.Marshal(v); return string(b) }

func TestEveryEventTypeCanBeSent(t *testing.T) {
	t.Parallel()
	r := setup(t, "")
	group := r.ok("POST", "/groups", `{"name":"家族","members":["`+r.user+`"]}`)["id"].(string)
	for _, x := range []struct{ chat, body, want string }{
		{r.user, `{"type":"follow"}`, "follow"}, {r.user, `{"type":"sticker"}`, "message"}, {r.user, `{"type":"image"}`, "message"},
		{r.user, `{"type":"video","transcodeMs":5}`, "message"}, {r.user, `{"type":"file","base64":"aGk="}`, "message"},
		{r.user, `{"type":"location","title":"東京"}`, "message"}, {r.user, `{"type":"postback","data":"a=1","params":{"date":"2026-01-02"}}`, "postback"},
		{r.user, `{"type":"accountLink","nonce":"0123456789"}`, "accountLink"}, {r.user, `{"type":"accountLink","result":"failed"}`, "accountLink"},
		{r.user, `{"type":"beacon"}`, "beacon"}, {r.user, `{"type":"membership"}`, "membership"}, {r.user, `{"type":"videoPlayComplete"}`, "videoPlayComplete"},
		{r.user, `{"type":"unsend","messageId":"1"}`, "unsend"}, {r.user, `{"type":"unfollow"}`, "unfollow"},
		{r.user, `{"type":"brandNew","fields":{"brandNew":{"x":1}}}`, "brandNew"},
		{group, `{"type":"join"}`, "join"}, {group, `{"type":"text","text":"a","userId":"` + r.user + `"}`, "message"}, {group, `{"type":"text","text":"b","mention":true}`, "message"},
		{group, `{"type":"memberJoined"}`, "memberJoined"}, {group, `{"type":"memberLeft"}`, "memberLeft"},
		{group, `{"type":"messageEdited","messageId":"1","text":"c"}`, "messageEdited"}, {group, `{"type":"leave"}`, "leave"},
	} {
		id := r.ok("POST", "/chats/"+x.chat+"/events", x.body)["eventId"].(string)
		event := r.ok("GET", "/events/"+id, "")
		if got := event["json"].(map[string]any)["type"]; got != x.want {
			t.Errorf("%s became %v", x.body, got)
		}
	}
	raw := r.ok("POST", "/events", `{"events":[{"type":"message"},{"nonsense":true}]}`)
	if raw["status"] != 200.0 || raw["reason"] != "OK" {
		t.Errorf("%v", raw)
	}
}

func TestBadCallsAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	r := setup(t, "")
	for _, x := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/users", `{}`, 400}, {"POST", "/users", `{"name":"x","id":"U1"}`, 400}, {"POST", "/users", `{`, 400},
		{"POST", "/groups", `{"name":"g","members":["U1"]}`, 400}, {"POST", "/chats/U1/events", `{"type":"text"}`, 404},
		{"POST", "/chats/" + r.user + "/events", `{"type":"text"}`, 400}, {"POST", "/chats/" + r.user + "/events", `{}`, 400},
		{"POST", "/chats/" + r.user + "/events", `{"type":"join"}`, 400}, {"POST", "/chats/" + r.user + "/events", `{"type":"x","fields":{"mode":1}}`, 400},
		{"POST", "/chats/" + r.user + "/events", `{"type":"accountLink","linkToken":"gone"}`, 410},
		{"GET", "/chats/U1/entries", "", 404}, {"GET", "/chats/" + r.user + "/entries?limit=x", "", 400}, {"GET", "/events/none", "", 404},
		{"PUT", "/faults", `{"status":200}`, 400}, {"PUT", "/faults", `{"share":2}`, 400}, {"PUT", "/webhook", `{"url":"ftp://x"}`, 400},
		{"POST", "/time", `{"advance":"soon"}`, 400}, {"PUT", "/quota", `{"limit":-1}`, 400}, {"GET", "/nothing", "", 404},
		{"DELETE", "/state", "", 404},
	} {
		status, v := r.call(x.method, x.path, x.body)
		if status != x.status || v["error"] == "" || v["error"] == nil {
			t.Errorf("%s %s %s: %d %v", x.method, x.path, x.body, status, v)
		}
	}
	// A page of another site can send text across origins, but not JSON.
	res, err := http.Post(r.url+"/users", "text/plain", strings.NewReader(`{"name":"evil"}`))
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("text/plain: %d", res.StatusCode)
	}
}

func TestFaultsAndTimeAreSwitched(t *testing.T) {
	t.Parallel()
	r := setup(t, hello)
	r.ok("PUT", "/faults", `{"acceptThen":500,"endpoint":"POST /v2/bot/message/reply"}`)
	id := r.ok("POST", "/chats/"+r.user+"/events", `{"type":"text","text":"a"}`)["eventId"].(string)
	if event := r.ok("GET", "/events/"+id+"?wait=5s", ""); len(event["replies"].([]any)) != 1 {
		t.Errorf("the reply was not done: %v", event)
	}
	deadline := time.Now().Add(5 * time.Second)
	for {
		calls := r.ok("GET", "/calls", "")["calls"].([]any)
		if len(calls) > 0 {
			c := calls[len(calls)-1].(map[string]any)
			if c["status"] != 500.0 || c["response"].(map[string]any)["message"] == "" {
				t.Errorf("%v", c)
			}
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no call was logged")
		}
	}
	r.ok("PUT", "/faults", `{}`)
	before := r.ok("GET", "/state", "")["now"].(float64)
	after := r.ok("POST", "/time", `{"advance":"24h"}`)["now"].(float64)
	if after-before < 86_400_000 {
		t.Errorf("time went from %v to %v", before, after)
	}
	verdict := r.ok("POST", "/validate", `{"messages":[{"type":"text","text":""}]}`)
	if verdict["valid"] != false || verdict["problem"].(map[string]any)["details"] == nil {
		t.Errorf("%v", verdict)
	}
	if v := r.ok("POST", "/webhook/verify", `{}`); v["reason"] != "OK" {
		t.Errorf("%v", v)
	}
}

func TestABotThatIsDownShowsAsInLINEsConsole(t *testing.T) {
	t.Parallel()
	r := setup(t, "")
	down := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }))
	t.Cleanup(down.Close)
	r.ok("PUT", "/webhook", `{"url":"`+down.URL+`"}`)
	r.ok("POST", "/chats/"+r.user+"/events", `{"type":"text","text":"a"}`)
	deadline := time.Now().Add(5 * time.Second)
	for {
		entry := r.ok("GET", "/chats/"+r.user+"/entries", "")["entries"].([]any)[0].(map[string]any)
		if entry["webhook"] == "ERROR_STATUS_CODE" && entry["status"] == 500.0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%v", entry)
		}
	}
	if hooks := r.ok("GET", "/webhooks", "")["webhooks"].([]any); hooks[0].(map[string]any)["reason"] != "ERROR_STATUS_CODE" {
		t.Errorf("%v", hooks[0])
	}
}

func TestChangesAreStreamedAndReadInParts(t *testing.T) {
	t.Parallel()
	r := setup(t, "")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	lines.Scan()
	first := lines.Text()
	for range 5 {
		r.ok("POST", "/chats/"+r.user+"/events", `{"type":"text","text":"a"}`)
	}
	for lines.Scan() && (lines.Text() == "" || lines.Text() == first) {
	}
	if !regexp.MustCompile(`^data: \{"revision":\d+\}$`).MatchString(lines.Text()) {
		t.Errorf("%q", lines.Text())
	}
	newest := r.ok("GET", "/chats/"+r.user+"/entries?limit=2", "")
	entries := newest["entries"].([]any)
	if len(entries) != 2 || newest["more"] != true {
		t.Fatalf("%v", newest)
	}
	older := r.ok("GET", "/chats/"+r.user+"/entries?limit=10&before="+jsonNumber(entries[0].(map[string]any)["seq"]), "")
	if len(older["entries"].([]any)) != 3 || older["more"] != false {
		t.Errorf("%v", older)
	}
	unsent := entries[1].(map[string]any)
	r.ok("POST", "/chats/"+r.user+"/events", `{"type":"unsend","messageId":"`+unsent["id"].(string)+`"}`)
	changed := false
	for _, e := range r.ok("GET", "/chats/"+r.user+"/entries?since="+jsonNumber(newest["revision"]), "")["entries"].([]any) {
		m := e.(map[string]any)
		changed = changed || m["seq"] == unsent["seq"] && m["unsent"] == true && m["text"] == nil
	}
	if !changed {
		t.Error("the unsent message did not change")
	}
}

func TestThePageIsStrictAndScriptInTextsIsInert(t *testing.T) {
	t.Parallel()
	r := setup(t, `[{"type":"text","text":"<img src=x onerror=alert(1)>"}]`)
	res, err := http.Get(strings.TrimSuffix(r.url, "api") + "?lang=en")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	_ = res.Body.Close()
	policy := res.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Error(policy)
	}
	if bytes.Contains(body, []byte("<script>")) || bytes.Contains(body, []byte(" style=")) || bytes.Contains(body, []byte(" onclick")) {
		t.Error("the page has inline code or styles")
	}
	if !bytes.Contains(body, []byte(`lang="en"`)) || !bytes.Contains(body, []byte("Add person")) {
		t.Error("the page is not in English")
	}
	id := r.ok("POST", "/chats/"+r.user+"/events", `{"type":"text","text":"a"}`)["eventId"].(string)
	r.ok("GET", "/events/"+id+"?wait=5s", "")
	entries := r.ok("GET", "/chats/"+r.user+"/entries", "")["entries"].([]any)
	if html := entries[len(entries)-1].(map[string]any)["html"].(string); strings.Contains(html, "<img") || !strings.Contains(html, "&lt;img") {
		t.Error(html)
	}
	for _, name := range []string{"page.js", "page.css", "flex.css", "icon.svg"} {
		res, err := http.Get(strings.TrimSuffix(r.url, "api") + "static/" + name)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK || len(text) == 0 {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
		for _, url := range regexp.MustCompile(`(?:https?:)?//[a-z0-9.-]+\.[a-z]+`).FindAllString(string(text), -1) {
			if !strings.Contains(url, "www.w3.org") {
				t.Errorf("%s names %s", name, url)
			}
		}
	}
}

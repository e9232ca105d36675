// Command load plays LINE's platform and its customers for `make bench`, in a process of its own. Each customer writes,
// waits for the answer to arrive at the platform's reply endpoint, and writes again (a closed loop).
//
// It prints the platform's address, then reads one JSON job a line from standard input and prints one JSON result a line.
package main

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// job is one measurement.
type job struct {
	Callback  string  `json:"callback"`
	Customers int     `json:"customers"`
	Seconds   float64 `json:"seconds"`
	// Join follows and grants before the measurement, as each customer would.
	Join bool `json:"join"`
	// Capture writes a carousel that was answered, the one nearest to the mean size of all answers, to this file.
	Capture string `json:"capture"`
}

// result is what came of it. Latencies are from sending the webhook to the reply's arrival.
type result struct {
	Events      int     `json:"events"`
	Presses     int     `json:"presses"`
	Seconds     float64 `json:"seconds"`
	PerSecond   float64 `json:"per_second"`
	P50MS       float64 `json:"p50_ms"`
	P99MS       float64 `json:"p99_ms"`
	Unanswered  int     `json:"unanswered"`
	Refused     int     `json:"refused"`
	AnswerBytes int     `json:"answer_bytes"` // mean size of an answer's messages
	Error       string  `json:"error,omitempty"`
}

func main() {
	secret := flag.String("secret", "", "channel secret")
	flag.Parse()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
	p := &platform{secret: []byte(*secret), client: &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 1024, MaxIdleConns: 1024},
	}}
	server := &http.Server{Handler: p.handler(), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }()
	fmt.Printf("http://%s\n", listener.Addr())
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var j job
		r := result{}
		if err := json.Unmarshal(lines.Bytes(), &j); err != nil {
			r.Error = err.Error()
		} else {
			r = p.run(j)
		}
		out, err := json.Marshal(r)
		if err != nil {
			out = []byte(`{"error":"a result that is not JSON"}`)
		}
		fmt.Println(string(out))
	}
}

type platform struct {
	secret    []byte
	client    *http.Client
	customers []*customer
	sequence  atomic.Int64
}

// customer is one person of the closed loop.
type customer struct {
	id      string
	answers chan []byte
	data    []string // postback data of the last carousel's buttons
}

func (p *platform) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v2/bot/message/reply", p.reply)
	mux.HandleFunc("GET /v2/bot/info", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, `{"userId":"U00000000000000000000000000000000","basicId":"@bench","displayName":"ベンチ商店","chatMode":"bot","markAsReadMode":"auto"}`)
	})
	mux.HandleFunc("GET /v2/bot/profile/{id}", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, fmt.Sprintf(`{"displayName":"客","userId":%q,"language":"ja"}`, r.PathValue("id")))
	})
	return mux
}

func writeJSON(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Line-Request-Id", "00000000-0000-4000-8000-000000000000")
	_, _ = io.WriteString(w, body)
}

// reply hands the answer to the customer whose number and turn the reply token names; a token is good once, since the
// channel holds one answer and each turn empties it.
func (p *platform) reply(w http.ResponseWriter, r *http.Request) {
	var request struct {
		ReplyToken string          `json:"replyToken"`
		Messages   json.RawMessage `json:"messages"`
	}
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		http.Error(w, `{"message":"bad"}`, http.StatusBadRequest)
		return
	}
	number, err := strconv.Atoi(strings.SplitN(request.ReplyToken, "-", 2)[0])
	if err != nil || number < 0 || number >= len(p.customers) {
		http.Error(w, `{"message":"Invalid reply token"}`, http.StatusBadRequest)
		return
	}
	writeJSON(w, `{"sentMessages":[{"id":"100000000000000001","quoteToken":"q"}]}`)
	select {
	case p.customers[number].answers <- request.Messages:
	default:
	}
}

func (p *platform) run(j job) result {
	p.customers = make([]*customer, j.Customers)
	for i := range p.customers {
		p.customers[i] = &customer{id: fmt.Sprintf("U%032x", i+1), answers: make(chan []byte, 1)}
	}
	if j.Join {
		if err := p.join(j.Callback); err != nil {
			return result{Error: err.Error()}
		}
	}
	tallies := make([]tally, j.Customers)
	stop := make(chan struct{})
	var all sync.WaitGroup
	start := time.Now()
	for i := range p.customers {
		all.Go(func() { p.loop(i, j.Callback, stop, &tallies[i]) })
	}
	time.Sleep(time.Duration(j.Seconds * float64(time.Second)))
	close(stop)
	all.Wait()
	return summarise(tallies, time.Since(start), j.Capture)
}

// join makes every customer a friend who has consented.
func (p *platform) join(callback string) error {
	var all sync.WaitGroup
	failed := make(chan error, len(p.customers))
	gate := make(chan struct{}, 32)
	for i := range p.customers {
		all.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			greeting, err := p.turn(i, callback, `"type":"follow","follow":{"isUnblocked":false}`)
			if err != nil {
				failed <- err
				return
			}
			data := buttonData(greeting, "同意する")
			if data == "" {
				failed <- fmt.Errorf("the greeting has no 同意する button: %.300s", greeting)
				return
			}
			if _, err := p.turn(i, callback, postback(data)); err != nil {
				failed <- err
			}
		})
	}
	all.Wait()
	close(failed)
	return <-failed
}

// tally is one customer's count.
type tally struct {
	events, presses, unanswered, refused, bytes int
	latencies                                   []time.Duration
	carousels                                   [][]byte
}

// loop: two texts, then a button of the carousel they brought.
func (p *platform) loop(i int, callback string, stop <-chan struct{}, t *tally) {
	c := p.customers[i]
	words := []string{"おすすめ", "ほかには？"}
	labels := []string{"なぜ？", "興味があります"}
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		default:
		}
		event := fmt.Sprintf(`"type":"message","message":{"type":"text","id":"%d","text":"%s","quoteToken":"q"}`, 500000000000000000+p.sequence.Add(1), words[n%3%2])
		if n%3 == 2 && len(c.data) > 0 {
			event = postback(c.data[n/3%len(c.data)])
			t.presses++
		}
		began := time.Now()
		answer, err := p.turn(i, callback, event)
		if err != nil {
			if strings.Contains(err.Error(), "status") {
				t.refused++
			} else {
				t.unanswered++
			}
			continue
		}
		t.latencies = append(t.latencies, time.Since(began))
		t.events++
		t.bytes += len(answer)
		if len(t.carousels) < 20 && bytes.Contains(answer, []byte(`"type":"carousel"`)) {
			t.carousels = append(t.carousels, answer)
		}
		if n%3 == 0 {
			c.data = c.data[:0]
			for _, label := range labels {
				if data := buttonData(answer, label); data != "" {
					c.data = append(c.data, data)
				}
			}
		}
	}
}

func postback(data string) string {
	quoted, err := json.Marshal(data)
	if err != nil {
		panic(err) // a string is always JSON
	}
	return fmt.Sprintf(`"type":"postback","postback":{"data":%s}`, quoted)
}

// turn delivers one event and waits for its answer.
func (p *platform) turn(i int, callback, event string) ([]byte, error) {
	c := p.customers[i]
	select {
	case <-c.answers:
	default:
	}
	n := p.sequence.Add(1)
	body := fmt.Appendf(nil, `{"destination":"U00000000000000000000000000000000","events":[{%s,"mode":"active","timestamp":%d,"source":{"type":"user","userId":"%s"},"webhookEventId":"01BENCH%019d","deliveryContext":{"isRedelivery":false},"replyToken":"%d-%d"}]}`,
		event, time.Now().UnixMilli(), c.id, n, i, n)
	mac := hmac.New(sha256.New, p.secret)
	mac.Write(body)
	request, err := http.NewRequest(http.MethodPost, callback, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("X-Line-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	response, err := p.client.Do(request)
	if err != nil {
		return nil, err
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the webhook answered status %d", response.StatusCode)
	}
	timeout := time.NewTimer(20 * time.Second)
	defer timeout.Stop()
	select {
	case answer := <-c.answers:
		return answer, nil
	case <-timeout.C:
		return nil, fmt.Errorf("no answer within 20 s")
	}
}

// buttonData finds the postback data of the first button with the label: the nearest data member in the same object.
func buttonData(messages []byte, label string) string {
	at := bytes.Index(messages, []byte(`"label":"`+label+`"`))
	if at < 0 {
		return ""
	}
	open := bytes.LastIndexByte(messages[:at], '{')
	end := bytes.IndexByte(messages[at:], '}')
	if open < 0 || end < 0 {
		return ""
	}
	var action struct {
		Data string `json:"data"`
	}
	if err := json.Unmarshal(messages[open:at+end+1], &action); err != nil {
		return ""
	}
	return action.Data
}

func summarise(tallies []tally, took time.Duration, capture string) result {
	r := result{Seconds: took.Seconds()}
	var latencies []time.Duration
	var carousels [][]byte
	total := 0
	for _, t := range tallies {
		r.Events += t.events
		r.Presses += t.presses
		r.Unanswered += t.unanswered
		r.Refused += t.refused
		total += t.bytes
		latencies = append(latencies, t.latencies...)
		carousels = append(carousels, t.carousels...)
	}
	r.PerSecond = float64(r.Events) / r.Seconds
	if len(latencies) > 0 {
		slices.Sort(latencies)
		r.P50MS = latencies[len(latencies)/2].Seconds() * 1000
		r.P99MS = latencies[len(latencies)*99/100].Seconds() * 1000
		r.AnswerBytes = total / r.Events
	}
	if capture != "" {
		if err := captureNearest(carousels, r.AnswerBytes, capture); err != nil {
			r.Error = err.Error()
		}
	}
	return r
}

// captureNearest writes the first message of the answer nearest to the size.
func captureNearest(answers [][]byte, size int, path string) error {
	if len(answers) == 0 {
		return fmt.Errorf("no carousel was answered")
	}
	distance := func(answer []byte) int { return max(len(answer)-size, size-len(answer)) }
	nearest := slices.MinFunc(answers, func(a, b []byte) int { return distance(a) - distance(b) })
	var messages []json.RawMessage
	if err := json.Unmarshal(nearest, &messages); err != nil {
		return err
	}
	for _, message := range messages {
		if bytes.Contains(message, []byte(`"type":"carousel"`)) {
			return os.WriteFile(path, message, 0o600)
		}
	}
	return fmt.Errorf("the answer has no carousel")
}

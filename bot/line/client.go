// Package line makes the few calls to LINE's Messaging API that osusume needs, each with a deadline, a bounded answer and
// a typed error.
package line

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"osusume/internal/fault"
	"osusume/internal/queue"
)

// DefaultBaseURL is LINE's own host.
const DefaultBaseURL = "https://api.line.me"

// maxAnswer bounds what is read of an answer, in bytes. The largest we use, a push's message ids, has a few hundred.
const maxAnswer = 64 << 10

// defaultTimeout bounds a call whose context has no deadline.
const defaultTimeout = 5 * time.Second

// Config is what a Client needs.
type Config struct {
	BaseURL string // LINE_API_BASE_URL; empty means DefaultBaseURL. A path prefix is kept
	Token   TokenSource
	HTTP    *http.Client // nil means NewHTTPClient()
}

// Client calls the Messaging API. It is safe for concurrent use, and never logs.
type Client struct {
	base  string
	token TokenSource
	http  *http.Client
}

// Result is what one attempt to send came to.
type Result struct {
	Status            int    // HTTP status, 0 when there was no answer
	RequestID         string // x-line-request-id
	AcceptedRequestID string // x-line-accepted-request-id: the attempt that was accepted, on a 409
	Outcome           queue.Outcome
	Err               error // nil when accepted; an *Error otherwise
}

// New checks the configuration.
func New(cfg Config) (*Client, error) {
	base, err := baseURL(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	if cfg.Token == nil {
		return nil, errors.New("line: a token source is required")
	}
	if cfg.HTTP == nil {
		cfg.HTTP = NewHTTPClient()
	}
	return &Client{base: base, token: cfg.Token, http: cfg.HTTP}, nil
}

func baseURL(text string) (string, error) {
	if text == "" {
		text = DefaultBaseURL
	}
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", errors.New("line: the base URL must be http(s)://host without query") // the text may hold a password
	}
	return strings.TrimRight(u.String(), "/"), nil
}

// NewHTTPClient makes an HTTP client for many short calls to one host. It follows no redirect: a POST that is sent on
// elsewhere would carry the token along.
func NewHTTPClient() *http.Client {
	dialer := &net.Dialer{Timeout: 2 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           dialer.DialContext,
			ForceAttemptHTTP2:     true, // by ALPN, so only over TLS
			TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:   3 * time.Second,
			MaxIdleConns:          1024,
			MaxIdleConnsPerHost:   512, // the default of 2 would open a connection for nearly every send
			IdleConnTimeout:       50 * time.Second,
			WriteBufferSize:       16 << 10, // a carousel goes out in one write
			DisableCompression:    true,
			ExpectContinueTimeout: 0,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Reply sends the body to POST /v2/bot/message/reply. It carries no retry key: LINE refuses one there.
func (c *Client) Reply(ctx context.Context, body []byte) Result {
	a, e := c.call(ctx, http.MethodPost, "/v2/bot/message/reply", body, "")
	if e != nil {
		return failed(e)
	}
	return a.accepted()
}

var retryKeyForm = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)

// Push sends the body to POST /v2/bot/message/push under the retry key, a UUID that is the same for every attempt at one
// message. A 409 says that an earlier attempt was accepted, and so counts as accepted.
func (c *Client) Push(ctx context.Context, body []byte, retryKey string) Result {
	if !retryKeyForm.MatchString(retryKey) {
		return failed(&Error{Kind: BadArgument})
	}
	a, e := c.call(ctx, http.MethodPost, "/v2/bot/message/push", body, retryKey)
	switch {
	case e == nil || e.Kind == Duplicate:
		return a.accepted()
	case e.Kind == TooFast && !a.known && c.quotaUsedUp(ctx):
		e.Kind = MonthlyEnd
	}
	return failed(e)
}

func failed(e *Error) Result {
	return Result{Status: e.Status, RequestID: e.RequestID, Outcome: e.outcome(), Err: e}
}

// quotaUsedUp asks which of the two limits a 429 in unknown words meant. Not knowing means speed: trying a little later
// harms less than giving up.
func (c *Client) quotaUsedUp(ctx context.Context) bool {
	quota, err := c.Quota(ctx)
	if err != nil || !quota.Limited {
		return false
	}
	used, err := c.Consumption(ctx)
	return err == nil && used >= quota.Value
}

type answer struct {
	status                int
	requestID, acceptedID string
	body                  []byte
	known                 bool
}

func (a answer) accepted() Result {
	return Result{Status: a.status, RequestID: a.requestID, AcceptedRequestID: a.acceptedID, Outcome: queue.Accepted}
}

// call makes one request, and a second one when LINE refuses an access token that can be renewed: a 401 was not acted
// upon, so nothing can happen twice.
func (c *Client) call(ctx context.Context, method, path string, body []byte, retryKey string) (answer, *Error) {
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, defaultTimeout)
		defer cancel()
	}
	for renewed := false; ; renewed = true {
		token, err := c.token.Token(ctx)
		if err != nil {
			return answer{}, &Error{Kind: NoToken}
		}
		a, e := c.once(ctx, method, path, body, retryKey, token)
		if e == nil || e.Kind != Unauthentic || renewed || !c.token.Refused(token) {
			return a, e
		}
	}
}

func (c *Client) once(ctx context.Context, method, path string, body []byte, retryKey, token string) (answer, *Error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, nil)
	if err != nil {
		return answer{}, &Error{Kind: BadArgument}
	}
	var sent *outgoing
	if body != nil {
		sent = newOutgoing(body)
		req.Body, req.ContentLength = sent, int64(len(body))
		req.GetBody = func() (io.ReadCloser, error) { return newOutgoingAs(body, sent), nil }
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("User-Agent", "osusume")
	if retryKey != "" {
		req.Header.Set("X-Line-Retry-Key", retryKey)
	}
	res, err := c.http.Do(req)
	if err != nil {
		if sent == nil || !sent.begun.Load() {
			return answer{}, &Error{Kind: NotSent}
		}
		return answer{}, &Error{Kind: NoAnswer}
	}
	defer func() { _ = res.Body.Close() }()
	a := answer{
		status: res.StatusCode, requestID: safeID(res.Header.Get("X-Line-Request-Id")),
		acceptedID: safeID(res.Header.Get("X-Line-Accepted-Request-Id")), known: true,
	}
	// The status has been received: it decides, even when the rest breaks off. Reading to the end frees the connection.
	a.body, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if a.status/100 == 2 {
		if err != nil {
			a.body = nil
		}
		return a, nil
	}
	e := &Error{Status: a.status, RequestID: a.requestID}
	e.Kind, a.known = kindOf(a.status, a.body)
	a.body = nil
	return a, e
}

// outgoing is a request body that knows whether anything of it was taken. The transport asks for it only once it has a
// connection, so a body never begun was never seen by LINE.
type outgoing struct {
	*bytes.Reader
	begun *atomic.Bool
}

func newOutgoing(body []byte) *outgoing {
	return &outgoing{Reader: bytes.NewReader(body), begun: new(atomic.Bool)}
}

func newOutgoingAs(body []byte, first *outgoing) *outgoing {
	return &outgoing{Reader: bytes.NewReader(body), begun: first.begun}
}

func (o *outgoing) Read(p []byte) (int, error) {
	o.begun.Store(true)
	return o.Reader.Read(p)
}

// WriteTo would let the transport bypass Read.
func (o *outgoing) WriteTo(w io.Writer) (int64, error) {
	o.begun.Store(true)
	return o.Reader.WriteTo(w)
}

// Close does nothing: the bytes belong to the caller.
func (o *outgoing) Close() error { return nil }

// safeID keeps a request id of LINE's form, so that a header cannot bring anything else into a log or the store.
func safeID(id string) string {
	if len(id) > 64 {
		return ""
	}
	for i := range len(id) {
		c := id[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' {
			return ""
		}
	}
	return id
}

func (c *Client) get(ctx context.Context, op, path string, into any) error {
	a, e := c.call(ctx, http.MethodGet, path, nil, "")
	if e != nil {
		return e.fault(op)
	}
	if len(a.body) == 0 || json.Unmarshal(a.body, into) != nil {
		return (&Error{Status: a.status, RequestID: a.requestID, Kind: Unreadable}).fault(op)
	}
	return nil
}

var userIDForm = regexp.MustCompile(`^U[0-9a-f]{32}$`)

// checkUser keeps anything but a LINE user id out of a path.
func checkUser(op, userID string) error {
	if !userIDForm.MatchString(userID) {
		return fault.New(fault.Invalid, op, &Error{Kind: BadArgument})
	}
	return nil
}

package line

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"osusume/internal/clock"
)

// TokenSource gives channel access tokens.
type TokenSource interface {
	// Token gives a token that is believed good.
	Token(ctx context.Context) (string, error)
	// Refused says that LINE did not take this token, and tells whether another one can be had.
	Refused(token string) (renewable bool)
}

// StaticToken is a long-lived token made in LINE's console.
type StaticToken string

// Token gives the token.
func (t StaticToken) Token(context.Context) (string, error) {
	if t == "" {
		return "", errors.New("line: the channel access token is empty")
	}
	return string(t), nil
}

// Refused is always false: only the owner can make another one.
func (t StaticToken) Refused(string) bool { return false }

// ChannelTokens issues stateless tokens (15 minutes) from the channel's id and secret, and renews them at four fifths of
// their life. However many calls need one at once, one request is made.
type ChannelTokens struct {
	base, id string
	secrets  []string
	http     *http.Client
	clock    clock.Clock

	good    atomic.Int64 // index of the secret that LINE took last
	mu      sync.Mutex
	token   string
	renewAt time.Time
	expires time.Time
	retryAt time.Time     // after a failed renewal of a token that still works
	flight  chan struct{} // closed when the running request has ended; nil when none runs
}

// tokenWait bounds one request for a token, renewWait one for a token that could still wait.
const (
	tokenWait = 5 * time.Second
	renewWait = 1 * time.Second
)

// NewChannelTokens takes the base URL of the API (empty means LINE's), the channel's id, and its secret: of two during a
// rotation, in any order, LINE takes one.
func NewChannelTokens(base, id string, secrets []string, hc *http.Client, c clock.Clock) (*ChannelTokens, error) {
	base, err := baseURL(base)
	if err != nil {
		return nil, err
	}
	if id == "" || len(secrets) == 0 || slices.Contains(secrets, "") {
		return nil, errors.New("line: issuing tokens needs the channel's id and secret")
	}
	if hc == nil {
		hc = NewHTTPClient()
	}
	return &ChannelTokens{base: base, id: id, secrets: slices.Clone(secrets), http: hc, clock: c}, nil
}

// Token gives the current token or fetches one.
func (t *ChannelTokens) Token(ctx context.Context) (string, error) {
	for {
		t.mu.Lock()
		now := t.clock.Now()
		usable := t.token != "" && now.Before(t.expires)
		due := !usable || (!now.Before(t.renewAt) && !now.Before(t.retryAt))
		if usable && (!due || t.flight != nil) {
			token := t.token
			t.mu.Unlock()
			return token, nil
		}
		if t.flight == nil {
			t.flight = make(chan struct{})
			old := t.token
			t.mu.Unlock()
			token, err := t.renew(ctx, usable)
			if err != nil && usable {
				return old, nil
			}
			return token, err
		}
		flight := t.flight
		t.mu.Unlock()
		select {
		case <-flight: // look again; if it failed, this caller makes the next request
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// Refused forgets the token if it is still the current one.
func (t *ChannelTokens) Refused(token string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token == token {
		t.token = ""
	}
	return true
}

func (t *ChannelTokens) renew(ctx context.Context, usable bool) (string, error) {
	wait := tokenWait
	if usable {
		wait = renewWait
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	token, life, err := t.issue(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.flight)
	t.flight = nil
	now := t.clock.Now()
	if err != nil {
		t.retryAt = now.Add(5 * time.Second)
		return "", err
	}
	t.token, t.expires, t.renewAt = token, now.Add(life), now.Add(life*4/5)
	return token, nil
}

// issue begins with the secret that LINE took last and goes on to the other only when LINE refuses it.
func (t *ChannelTokens) issue(ctx context.Context) (token string, life time.Duration, err error) {
	first := int(t.good.Load())
	for i := range t.secrets {
		n := (first + i) % len(t.secrets)
		token, life, err = t.issueWith(ctx, t.secrets[n])
		if err == nil {
			t.good.Store(int64(n))
			return token, life, nil
		}
		var refused *Error
		if !errors.As(err, &refused) || refused.Status < 400 || refused.Status > 403 {
			break
		}
	}
	return "", 0, err
}

func (t *ChannelTokens) issueWith(ctx context.Context, secret string) (string, time.Duration, error) {
	const op = "line: issue token"
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {t.id}, "client_secret": {secret}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.base+"/oauth2/v3/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, (&Error{Kind: BadArgument}).fault(op)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := t.http.Do(req)
	if err != nil {
		return "", 0, (&Error{Kind: NoAnswer}).fault(op)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	id := safeID(res.Header.Get("X-Line-Request-Id"))
	if res.StatusCode != http.StatusOK {
		kind, _ := kindOf(res.StatusCode, nil)
		return "", 0, (&Error{Status: res.StatusCode, RequestID: id, Kind: kind}).fault(op)
	}
	var grant struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
	}
	if err != nil || json.Unmarshal(body, &grant) != nil || grant.AccessToken == "" || grant.ExpiresIn <= 0 ||
		grant.ExpiresIn > 366*24*3600 || strings.ContainsFunc(grant.AccessToken, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", 0, (&Error{Status: res.StatusCode, RequestID: id, Kind: Unreadable}).fault(op)
	}
	return grant.AccessToken, time.Duration(grant.ExpiresIn) * time.Second, nil
}

package linesim

import (
	"errors"
	"net/http"
	"net/url"
	"time"
)

// Lives of issued tokens.
const (
	statelessLife = 15 * time.Minute
	shortLife     = 30 * 24 * time.Hour
)

func oauthError(code, description string) response {
	return answer(http.StatusBadRequest, map[string]string{"error": code, "error_description": description})
}

// issue makes an access token from the channel's id and secret. A client assertion (JWT) is taken unseen: its key is
// registered in LINE's console, which this platform does not have.
func (s *Sim) issue(c *call, life time.Duration) response {
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return oauthError("invalid_request", "the form could not be read")
	}
	if form.Get("grant_type") != "client_credentials" {
		return oauthError("unsupported_grant_type", "grant_type must be client_credentials")
	}
	if form.Get("client_assertion") == "" && (form.Get("client_id") != s.cfg.ChannelID || form.Get("client_secret") != s.ChannelSecret()) {
		return oauthError("invalid_client", "invalid client_id or client_secret")
	}
	token := s.hex() + s.hex()
	s.tokens.Store(token, s.Now().Add(life).UnixMilli())
	return answer(http.StatusOK, map[string]any{
		"token_type": "Bearer", "access_token": token, "expires_in": int(life / time.Second),
	})
}

func (s *Sim) statelessToken(c *call) response { return s.issue(c, statelessLife) }
func (s *Sim) shortToken(c *call) response     { return s.issue(c, shortLife) }

func (s *Sim) verifyToken(c *call) response {
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return oauthError("invalid_request", "the form could not be read")
	}
	v, ok := s.tokens.Load(form.Get("access_token"))
	if !ok {
		return oauthError("invalid_request", "access token expired")
	}
	left := int64(shortLife / time.Second)
	if until := v.(int64); until != 0 {
		if left = (until - s.Now().UnixMilli()) / 1000; left <= 0 {
			return oauthError("invalid_request", "access token expired")
		}
	}
	return answer(http.StatusOK, map[string]any{"client_id": s.cfg.ChannelID, "expires_in": left, "scope": "P CM"})
}

func (s *Sim) revokeToken(c *call) response {
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return oauthError("invalid_request", "the form could not be read")
	}
	s.tokens.Delete(form.Get("access_token"))
	return response{status: http.StatusOK, mime: jsonMIME}
}

// RevokeTokens makes every access token worthless at once, the long-lived one too: the console's reissue.
func (s *Sim) RevokeTokens() { s.tokens.Clear() }

// ErrLinkToken is what a person sees whose link token is unknown, used or older than ten minutes. No event is sent.
var ErrLinkToken = errors.New("linesim: the link token is not valid")

// LinkAccount is the dialog a shop's page redirects to (access.line.me/dialog/bot/accountLink), with userID as the
// person whose LINE it opens in. Another person's token gives an event with result failed, without source and token.
func (s *Sim) LinkAccount(userID, token, nonce string) (Event, error) {
	v, ok := s.links.LoadAndDelete(token)
	if !ok || s.Now().After(v.(*linkToken).until) {
		return Event{}, ErrLinkToken
	}
	if len(nonce) < 10 || len(nonce) > 255 {
		return Event{}, ErrLinkToken
	}
	if v.(*linkToken).userID != userID {
		e := s.newEvent("accountLink", "", "")
		e.ReplyToken = ""
		e.set("link", map[string]string{"result": "failed", "nonce": nonce})
		s.Enqueue(e)
		return e, nil
	}
	e := s.newEvent("accountLink", userID, userID)
	e.set("link", map[string]string{"result": "ok", "nonce": nonce})
	return s.act(e, Entry{From: "system", Kind: "accountLink", Text: "accountLink"}), nil
}

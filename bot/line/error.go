package line

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"osusume/internal/fault"
	"osusume/internal/queue"
)

// Kind says what went wrong with a call, from a closed list that may be logged and counted.
type Kind string

// The kinds.
const (
	Invalid     Kind = "invalid"      // 400 and other 4xx: the request is wrong
	SpentToken  Kind = "reply_token"  // 400: the reply token was used before, or is too old
	Unauthentic Kind = "auth"         // 401: LINE does not take our access token
	Forbidden   Kind = "forbidden"    // 403: the account's plan does not include this
	Missing     Kind = "not_found"    // 404: no such person, or one who is no friend
	Duplicate   Kind = "duplicate"    // 409: accepted before under the same retry key
	TooLarge    Kind = "too_large"    // 413
	TooFast     Kind = "rate"         // 429 for speed
	SamePerson  Kind = "same_person"  // 429: too many messages to one person
	MonthlyEnd  Kind = "quota"        // 429 for the month
	Redirect    Kind = "redirect"     // 3xx: the base URL is not LINE's API
	Server      Kind = "server"       // 5xx
	NoAnswer    Kind = "no_answer"    // sent, then silence or a broken connection
	NotSent     Kind = "not_sent"     // no connection, or no time
	NoToken     Kind = "no_token"     // no access token could be had
	Unreadable  Kind = "unreadable"   // 2xx with a body that is not what LINE documents
	BadArgument Kind = "bad_argument" // refused here before anything was sent
)

// Error is a failed call. It never carries LINE's words, which may repeat what was sent.
type Error struct {
	Status    int    // HTTP status, 0 when there was none
	RequestID string // LINE's x-line-request-id, empty when there was none
	Kind      Kind
}

func (e *Error) Error() string {
	switch {
	case e.Status == 0:
		return fmt.Sprintf("line: %s", e.Kind)
	case e.RequestID == "":
		return fmt.Sprintf("line: %s (status %d)", e.Kind, e.Status)
	default:
		return fmt.Sprintf("line: %s (status %d, request %s)", e.Kind, e.Status, e.RequestID)
	}
}

// fault gives the error its house kind, so that callers need not know LINE.
func (e *Error) fault(op string) error {
	kind := fault.Other
	switch e.Kind {
	case Missing:
		kind = fault.NotFound
	case Invalid, TooLarge, SpentToken, BadArgument:
		kind = fault.Invalid
	case Unauthentic, Forbidden:
		kind = fault.Denied
	case Duplicate:
		kind = fault.Conflict
	case TooFast, SamePerson, MonthlyEnd, Server, NoAnswer, NotSent, NoToken:
		kind = fault.Later
	case Redirect, Unreadable:
	}
	return fault.New(kind, op, e)
}

// outcome is what the kind means for a message.
func (e *Error) outcome() queue.Outcome {
	switch e.Kind {
	case TooFast, SamePerson:
		return queue.RateLimited
	case MonthlyEnd:
		return queue.OverQuota
	case Server, NoAnswer:
		return queue.NoAnswer
	case NotSent, NoToken:
		return queue.NotSent
	default:
		return queue.Refused
	}
}

// kindOf classifies a status. Only for 400 and 429 does LINE's text decide, since LINE says those two things in no
// other way; known is false for a 429 with unknown words.
func kindOf(status int, body []byte) (kind Kind, known bool) {
	switch {
	case status >= 500, status == http.StatusRequestTimeout:
		return Server, true
	case status >= 300 && status < 400:
		return Redirect, true
	}
	switch status {
	case http.StatusBadRequest:
		if bytes.Contains(message(body), []byte("invalid reply token")) {
			return SpentToken, true
		}
	case http.StatusUnauthorized:
		return Unauthentic, true
	case http.StatusForbidden:
		return Forbidden, true
	case http.StatusNotFound:
		return Missing, true
	case http.StatusConflict:
		return Duplicate, true
	case http.StatusRequestEntityTooLarge:
		return TooLarge, true
	case http.StatusTooManyRequests:
		text := message(body)
		switch {
		case bytes.Contains(text, []byte("monthly limit")):
			return MonthlyEnd, true
		case bytes.Contains(text, []byte("same user")):
			return SamePerson, true
		case bytes.Contains(text, []byte("rate limit")):
			return TooFast, true
		}
		return TooFast, false
	}
	return Invalid, true
}

func message(body []byte) []byte {
	var reply struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &reply) != nil {
		return nil
	}
	return bytes.ToLower([]byte(reply.Message))
}

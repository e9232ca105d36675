package linesim

import (
	"fmt"
	"net/http"
	"strings"
)

// request is a parsed sending call. Its tree must be released.
type request struct {
	t        *tree
	replyTo  string
	to       []string
	messages int32 // node of the array
}

// destination says how a sending call names its receivers.
type destination uint8

const (
	toReplyToken destination = iota
	toOne
	toMany
	toNobody // validate endpoints
)

const maxMessages = 5

// parseRequest reads and, when validate is set, checks a sending call as LINE does: nothing is sent unless all of it is
// right. Without validate only what delivery itself needs is read.
func parseRequest(body []byte, d destination, validate bool) (*request, *APIError) {
	t, offset, err := parseTree(body)
	if err != nil {
		line, column := lineColumn(body, offset)
		return nil, &APIError{Status: http.StatusBadRequest, Message: fmt.Sprintf(
			"The request body could not be parsed as JSON (line: %d, column: %d)", line, column)}
	}
	r := &request{t: t, messages: -1}
	if bad := r.read(d, validate); bad != nil {
		t.release()
		return nil, bad
	}
	return r, nil
}

func (r *request) read(d destination, validate bool) *APIError {
	c := checker{t: r.t, base: 0}
	t := r.t
	if t.nodes[0].kind != jsonObject {
		return &APIError{Status: http.StatusBadRequest, Message: "The request body has 1 error(s)", Details: []ErrorDetail{{Message: "Must be an object"}}}
	}
	switch d {
	case toReplyToken:
		if r.replyTo = t.field(0, "replyToken"); r.replyTo == "" {
			c.missing(0, "replyToken")
		}
	case toOne:
		to := t.field(0, "to")
		if to == "" {
			c.missing(0, "to")
		}
		r.to = []string{to}
	case toMany:
		r.readMany(&c)
	case toNobody:
	}
	r.messages = t.get(0, "messages")
	switch {
	case r.messages < 0:
		c.missing(0, "messages")
	case t.nodes[r.messages].kind != jsonArray:
		c.fail(r.messages, "", "Must be an array")
	case t.nodes[r.messages].size < 1 || t.nodes[r.messages].size > maxMessages:
		c.fail(r.messages, "", sizeText("Size", 1, maxMessages))
	case validate:
		if n := t.get(0, "notificationDisabled"); n >= 0 {
			c.value(n, boolean())
		}
		c.messages(r.messages)
	}
	return c.verdict()
}

const maxMulticast = 500

func (r *request) readMany(c *checker) {
	t := r.t
	to := t.get(0, "to")
	switch {
	case to < 0:
		c.missing(0, "to")
	case t.nodes[to].kind != jsonArray:
		c.fail(to, "", "Must be an array")
	case t.nodes[to].size < 1 || t.nodes[to].size > maxMulticast:
		c.fail(to, "", sizeText("Size", 1, maxMulticast))
	default:
		for e := t.nodes[to].first; e >= 0; e = t.nodes[e].next {
			id := t.stringAt(e)
			if !validID(id, 'U') {
				c.fail(e, "", "Invalid user ID")
				continue
			}
			r.to = append(r.to, id)
		}
	}
}

func (c *checker) messages(list int32) {
	rules := lineRules()
	for e := c.t.nodes[list].first; e >= 0; e = c.t.nodes[e].next {
		before := len(c.nested)
		c.images = 0
		c.union(e, rules.message)
		if before == 0 && len(c.nested) > 0 {
			c.nestedN = int(c.t.nodes[e].index)
		}
		if len(c.nested) > 0 {
			break // LINE reports the parts of one message at a time
		}
	}
}

func (c *checker) verdict() *APIError {
	switch {
	case len(c.details) > 0:
		return &APIError{
			Status: http.StatusBadRequest, Details: c.details,
			Message: fmt.Sprintf("The request body has %d error(s)", len(c.details)),
		}
	case len(c.nested) > 0:
		return &APIError{
			Status: http.StatusBadRequest, Details: c.nested,
			Message: fmt.Sprintf("A message (messages[%d]) in the request body is invalid", c.nestedN),
		}
	}
	return nil
}

// ValidateMessages checks message objects (a JSON array) as the sending calls do; nil means LINE would take them.
func ValidateMessages(messages []byte) *APIError {
	body := append(append([]byte(`{"messages":`), messages...), '}')
	r, bad := parseRequest(body, toNobody, true)
	if bad == nil {
		r.t.release()
	}
	return bad
}

// quotable says which sent messages get a quote token.
func (r *request) quotable(n int32) bool {
	switch r.t.field(n, "type") {
	case "text", "textV2", "sticker", "image", "video", "template", "flex":
		return true
	}
	return false
}

func validID(id string, kinds ...byte) bool {
	if len(id) != 33 || !strings.ContainsRune(string(kinds), rune(id[0])) {
		return false
	}
	for i := 1; i < len(id); i++ {
		if !isHex(id[i]) || (id[i] >= 'A' && id[i] <= 'F') {
			return false
		}
	}
	return true
}

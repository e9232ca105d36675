package render

import (
	"encoding/json"
	"fmt"

	"osusume/dialog"
	"osusume/internal/phrase"
)

// Messages gives one LINE message object a part, in order, with the choices as quick replies on the last one, where LINE
// shows them. Catalog values that are too long are shortened; anything else over a limit is an error that names it.
func Messages(c Context, parts []Part, quick []dialog.Choice) ([]json.RawMessage, error) {
	if len(parts) == 0 || len(parts) > MaxMessages {
		return nil, fmt.Errorf("render: an answer has %d messages, the limit is %d", len(parts), MaxMessages)
	}
	b := &builder{c: c}
	out := make([]json.RawMessage, len(parts))
	for i, part := range parts {
		m := b.message(part)
		if i == len(parts)-1 {
			m.QuickReply = b.quickReply(quick)
		}
		if b.err != nil {
			return nil, b.err
		}
		raw := encode(m)
		if err := Check(raw); err != nil {
			return nil, err
		}
		out[i] = raw
	}
	return out, nil
}

func (b *builder) message(part Part) message {
	var contents *node
	switch p := part.(type) {
	case Text:
		return message{Type: "text", Text: b.sentence(p)}
	case Notice:
		contents = b.notice(p)
	case Status:
		contents = b.status(p)
	case Carousel:
		contents = b.carousel(p.Offers)
	case Plan:
		contents = b.plan(p.Decision)
	case Why:
		contents = b.why(p.Offers)
	case History:
		contents = b.history(p)
	case Next:
		contents = b.next(p.Offer)
	case Confirm:
		contents = b.confirm(p.Nonce)
	default:
		b.fail("a part of unknown kind %T", part)
	}
	return message{Type: "flex", AltText: b.altText(), Contents: contents}
}

// altText stands in notifications and previews that others can read, so it says who writes and nothing else.
func (b *builder) altText() string {
	return b.text(phrase.RenderAlt, phrase.Params{"shop": b.shop()})
}

func (b *builder) sentence(p Text) string {
	var params phrase.Params
	if len(p.Params) > 0 {
		params = make(phrase.Params, len(p.Params))
		for key, value := range p.Params {
			params[key] = clip(clean(value), maxValueUnits, maxValueUnits)
		}
	}
	text := b.text(p.Key, params)
	if n := units(text); n > maxTextUnits {
		b.fail("the text %q has %d UTF-16 units, the limit is %d", p.Key, n, maxTextUnits)
	}
	return text
}

func (b *builder) quickReply(choices []dialog.Choice) *quickReply {
	if len(choices) == 0 {
		return nil
	}
	if len(choices) > maxQuickReplies {
		b.fail("an answer has %d quick replies, the limit is %d", len(choices), maxQuickReplies)
		return nil
	}
	quick := &quickReply{Items: make([]*action, len(choices))}
	for i, choice := range choices {
		quick.Items[i] = b.pressWithin(b.text(choice.Label, nil), maxQuickLabel, choice.Action, choice.Value, choice.Arg)
	}
	return quick
}

// ReplyBody gives the request body of a reply.
func ReplyBody(token string, messages []json.RawMessage) ([]byte, error) {
	return body(`{"replyToken":`, token, messages)
}

// PushBody gives the request body of a push. to is a LINE id.
func PushBody(to string, messages []json.RawMessage) ([]byte, error) {
	return body(`{"to":`, to, messages)
}

func body(opening, address string, messages []json.RawMessage) ([]byte, error) {
	if address == "" {
		return nil, fmt.Errorf("render: an answer without an address")
	}
	if len(messages) == 0 || len(messages) > MaxMessages {
		return nil, fmt.Errorf("render: an answer has %d messages, the limit is %d", len(messages), MaxMessages)
	}
	size := len(opening) + 2*len(address) + len(`,"messages":[]}`) + len(messages)
	for _, m := range messages {
		size += len(m)
	}
	out := make([]byte, 0, size)
	out = appendString(append(out, opening...), address)
	out = append(out, `,"messages":[`...)
	for i, m := range messages {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, m...)
	}
	return append(out, "]}"...), nil
}

package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"unicode/utf8"

	"osusume/internal/consent"
	"osusume/internal/ids"
	"osusume/internal/keyring"
	"osusume/internal/queue"
)

// The reasons why an event is set aside. The list is closed; docs and metrics name it.
const (
	badNotObject    = "not_object"     // the element of events is not an object
	badEncoding     = "encoding"       // not UTF-8
	badDepth        = "depth"          // nested deeper than maxDepth
	badDuplicateKey = "duplicate_key"  // one object names a key twice
	badID           = "event_id"       // webhookEventId is missing, empty, too long or not printable ASCII
	badType         = "type"           // type is missing, too long or not a plain word
	badTimestamp    = "timestamp"      // not a whole number of milliseconds of this century
	badField        = "field_type"     // a field we act upon has another JSON type than LINE documents
	badMessage      = "message"        // a message event without message.id or message.type
	badPostback     = "postback"       // a postback event without postback.data
	badUnsend       = "unsend"         // an unsend event without unsend.messageId
	badSourceID     = "source_id"      // an id in source is empty or longer than any of LINE's
	maxEventID      = 64               // a ULID has 26
	maxType         = 40               // queue.In.Kind
	maxSourceID     = 64               // LINE's ids have 33
	earliestMS      = 1_293_840_000000 // 2011-01-01, before LINE began
	latestMS        = 4_102_444_800000 // 2100-01-01
)

var (
	errNotJSON      = errors.New("webhook: the body is not a JSON object")
	errNoEvents     = errors.New("webhook: events is not an array")
	errDuplicateKey = errors.New("webhook: the envelope names a key twice")
)

// splitEnvelope takes the events and the destination out of a request body. The bytes of an event are those received.
func splitEnvelope(body []byte) (destination string, events []json.RawMessage, err error) {
	if !json.Valid(body) {
		return "", nil, errNotJSON
	}
	body = body[skipSpace(body, 0):]
	if body[0] != '{' {
		return "", nil, errNotJSON
	}
	var few [8][]byte
	keys, list := few[:0], []byte(nil)
	members(body, func(key, value []byte) bool {
		name := keyName(key)
		for _, k := range keys {
			if bytes.EqualFold(k, name) {
				err = errDuplicateKey
				return false
			}
		}
		if len(keys) < 64 { // an envelope has two members; more than this many are not compared with each other
			keys = append(keys, name)
		}
		switch string(name) {
		case "events":
			list = value
		case "destination":
			destination, _ = unquote(value)
		}
		return true
	})
	if err != nil {
		return "", nil, err
	}
	if len(list) == 0 || list[0] != '[' {
		return "", nil, errNoEvents
	}
	return destination, elements(list), nil
}

// event is what the door reads of one webhook event.
type event struct {
	id          ids.EventID
	kind        string
	standby     bool
	atMS        int64
	redelivered bool

	sourceType, userID, groupID, roomID string

	messageID, messageType, text string
	postback                     string
	unsendID                     string
}

// oneToOne says whether the event comes from the person's own chat with the shop.
func (e *event) oneToOne() bool { return e.sourceType == "user" && e.userID != "" }

// decode reads one event. reason is empty when it can be processed, else one of the reasons above; the id is given
// in either case when it is usable.
func decode(raw []byte) (e event, reason string) {
	if len(raw) == 0 || raw[0] != '{' {
		return event{}, badNotObject
	}
	// The id comes first, so that an event that is set aside can still be found again.
	members(raw, func(key, value []byte) bool {
		if string(key) != `"webhookEventId"` {
			return true
		}
		if id, ok := unquote(value); ok && printable(id, maxEventID) {
			e.id = ids.EventID(id)
		}
		return false
	})
	if !utf8.Valid(raw) {
		return e, badEncoding
	}
	if reason := oddKeys(raw, 0); reason != "" {
		return e, reason
	}
	if e.id == "" {
		return e, badID
	}
	var timestamp, source, message, postback, unsend, delivery []byte
	d := decoder{}
	d.object(raw, func(name, value []byte) {
		switch string(name) {
		case "type":
			e.kind = d.text(value)
		case "mode":
			e.standby = d.text(value) == "standby"
		case "replyToken":
			d.text(value)
		case "timestamp":
			timestamp = value
		case "source":
			source = value
		case "message":
			message = value
		case "postback":
			postback = value
		case "unsend":
			unsend = value
		case "deliveryContext":
			delivery = value
		}
	})
	if !plainWord(e.kind) {
		return e, badType
	}
	at, err := strconv.ParseInt(string(timestamp), 10, 64)
	if err != nil || at < earliestMS || at > latestMS {
		return e, badTimestamp
	}
	e.atMS = at
	d.object(delivery, func(name, value []byte) {
		if string(name) == "isRedelivery" {
			e.redelivered = d.flag(value)
		}
	})
	sourceID := func(value []byte) string {
		id := d.text(value)
		if !isNull(value) && (id == "" || len(id) > maxSourceID) {
			reason = badSourceID
		}
		return id
	}
	d.object(source, func(name, value []byte) {
		switch string(name) {
		case "type":
			e.sourceType = d.text(value)
		case "userId":
			e.userID = sourceID(value)
		case "groupId":
			e.groupID = sourceID(value)
		case "roomId":
			e.roomID = sourceID(value)
		}
	})
	switch e.kind {
	case "message", "messageEdited":
		d.object(message, func(name, value []byte) {
			switch string(name) {
			case "id":
				e.messageID = d.text(value)
			case "type":
				e.messageType = d.text(value)
			case "text":
				e.text = d.text(value)
			}
		})
		if e.messageID == "" || e.messageType == "" {
			d.missing(badMessage)
		}
	case "postback":
		found := false
		d.object(postback, func(name, value []byte) {
			if string(name) == "data" && !isNull(value) {
				e.postback, found = d.text(value), true
			}
		})
		if !found {
			d.missing(badPostback)
		}
	case "unsend":
		d.object(unsend, func(name, value []byte) {
			if string(name) == "messageId" {
				e.unsendID = d.text(value)
			}
		})
		if e.unsendID == "" {
			d.missing(badUnsend)
		}
	}
	switch {
	case d.wrong:
		return e, badField
	case reason != "":
		return e, reason
	default:
		return e, d.absent
	}
}

// decoder remembers whether a field it was asked for had the wrong type. LINE leaves out what has no value; null is
// read the same way.
type decoder struct {
	wrong  bool
	absent string
}

func (d *decoder) missing(reason string) { d.absent = reason }

func (d *decoder) object(value []byte, visit func(name, value []byte)) {
	switch {
	case len(value) == 0 || isNull(value):
	case value[0] != '{':
		d.wrong = true
	default:
		members(value, func(key, inner []byte) bool {
			visit(keyName(key), inner)
			return true
		})
	}
}

func (d *decoder) text(value []byte) string {
	if isNull(value) {
		return ""
	}
	text, ok := unquote(value)
	d.wrong = d.wrong || !ok
	return text
}

func (d *decoder) flag(value []byte) bool {
	switch string(value) {
	case "true":
		return true
	case "false", "null":
	default:
		d.wrong = true
	}
	return false
}

func isNull(value []byte) bool { return string(value) == "null" }

func printable(s string, longest int) bool {
	if s == "" || len(s) > longest {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// plainWord is true for every type LINE has and for those it may add.
func plainWord(s string) bool {
	if s == "" || len(s) > maxType {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

// sorter turns events into an intake.
type sorter struct {
	ring   *keyring.Ring
	optOut func(string) bool
}

// add puts one raw event into the intake. seal is called for an event that is stored.
func (s sorter) add(intake *queue.Intake, raw []byte, receivedMS int64, seal func(plain []byte, context string) (int64, []byte)) (reason string) {
	e, reason := decode(raw)
	if reason != "" {
		intake.Bad = append(intake.Bad, queue.Bad{EventID: e.id, ReceivedMS: receivedMS, Reason: reason})
		return reason
	}
	subject := s.subject(&e)
	if e.kind == "unsend" {
		intake.Unsends = append(intake.Unsends, queue.Unsend{
			Subject: subject, MessageHash: s.ring.Digest("message", e.unsendID), AtMS: e.atMS,
		})
		return ""
	}
	in := queue.In{
		EventID: e.id, Subject: subject, Kind: e.kind, AtMS: e.atMS, ReceivedMS: receivedMS, Redelivered: e.redelivered,
	}
	if e.messageID != "" {
		in.MessageHash = s.ring.Digest("message", e.messageID)
	}
	if method, withdrawn := s.withdrawal(&e); withdrawn {
		in.OptOut = method != consent.ByBlock
		intake.Withdrawals = append(intake.Withdrawals, consent.Event{
			ID: string(e.id) + "/" + string(consent.Withdrawn), Subject: subject, State: consent.Withdrawn,
			Purposes: ids.Purposes(), AtMS: e.atMS, ReceivedMS: receivedMS, Method: method, EventID: e.id, Actor: "customer",
		})
	}
	in.KeyID, in.Payload = seal(raw, string(e.id))
	intake.Events = append(intake.Events, in)
	return ""
}

// withdrawal says whether the event takes all consent back, and how it was said. Only the person's own chat counts; a
// group cannot speak for anybody. Standby makes no difference: another program is answering, but the wish stands.
func (s sorter) withdrawal(e *event) (consent.Method, bool) {
	switch {
	case !e.oneToOne():
		return "", false
	case e.kind == "unfollow":
		return consent.ByBlock, true
	case e.kind == "postback" && e.postback == "stop":
		return consent.ByButton, true
	case e.kind == "message" && e.messageType == "text" && s.optOut(e.text):
		return consent.ByText, true
	default:
		return "", false
	}
}

// subject names whose event it is: events of one subject are processed in order.
func (s sorter) subject(e *event) ids.Subject {
	switch {
	case e.sourceType == "group" && e.groupID != "":
		return s.ring.Subject(e.groupID)
	case e.sourceType == "room" && e.roomID != "":
		return s.ring.Subject(e.roomID)
	case e.oneToOne():
		return s.ring.Subject(e.userID)
	default:
		return ids.Subject(s.ring.Digest("event", string(e.id)))
	}
}

package bot

import (
	"encoding/json"
	"errors"

	"osusume/dialog"
	"osusume/internal/ids"
	"osusume/internal/keyring"
	"osusume/internal/turn"
)

// lineEvent is what a turn needs of LINE's event. The official SDK reads an event two or three times and refuses it whole
// when one field is of an unexpected type; LINE reserves the right to add such fields without notice.
type lineEvent struct {
	Type       string `json:"type"`
	Mode       string `json:"mode"`
	ReplyToken string `json:"replyToken"`
	Source     struct {
		Type   string `json:"type"`
		UserID string `json:"userId"`
	} `json:"source"`
	Message struct {
		ID      string `json:"id"`
		Type    string `json:"type"`
		Text    string `json:"text"`
		Mention struct {
			Mentionees []struct {
				IsSelf bool `json:"isSelf"`
			} `json:"mentionees"`
		} `json:"mention"`
	} `json:"message"`
	Postback struct {
		Data string `json:"data"`
	} `json:"postback"`
	Follow struct {
		IsUnblocked bool `json:"isUnblocked"`
	} `json:"follow"`
}

// decoded is one event ready for a turn.
type decoded struct {
	event   dialog.Event // nil: nothing is to be done
	token   string       // reply token; empty when LINE gave none
	userID  string       // LINE's id of the person; empty in groups and where LINE names nobody
	text    string       // the words, when the event has any
	standby bool         // another module answers: nothing may be sent
}

// optOut says whether the event takes consent away, which is honoured even where nothing may be sent.
func (d decoded) optOut() bool {
	switch e := d.event.(type) {
	case dialog.Said:
		return e.Intent == dialog.OptOut
	case dialog.Pressed:
		return e.Action == dialog.PressStopAll || (e.Action == dialog.PressWithdraw && !e.Stale)
	case dialog.Unfollowed:
		return true
	}
	return false
}

// decode reads LINE's event JSON. Bytes that are no JSON give a decoded without an event and without a token: there is
// nobody to answer.
func decode(payload []byte, ring *keyring.Ring, subject ids.Subject, nowMS int64, recognise func(string) dialog.Recognised) decoded {
	var e lineEvent
	if err := json.Unmarshal(payload, &e); err != nil {
		var wrongType *json.UnmarshalTypeError
		if !errors.As(err, &wrongType) {
			return decoded{}
		}
	}
	d := decoded{token: e.ReplyToken, standby: e.Mode == "standby"}
	if d.standby {
		d.token = ""
	}
	switch e.Source.Type {
	case "group", "room":
		d.event = groupEvent(e, recognise)
		return d
	case "user":
		d.userID = e.Source.UserID
	}
	switch e.Type {
	case "message":
		if e.Message.Type == "text" {
			d.text = e.Message.Text
			d.event = dialog.Said{Recognised: recognise(d.text)}
		} else {
			d.event = dialog.Sent{Kind: e.Message.Type}
		}
	case "postback":
		d.event = Press(ring, subject, e.Postback.Data, nowMS)
	case "follow":
		d.event = dialog.Followed{Unblocked: e.Follow.IsUnblocked}
	case "unfollow":
		d.event = dialog.Unfollowed{}
	default:
		if d.token != "" {
			d.event = dialog.Sent{Kind: e.Type}
		}
	}
	return d
}

// groupEvent lets the bot speak in a group or room only when it was meant: by name, by a command, or on being invited.
func groupEvent(e lineEvent, recognise func(string) dialog.Recognised) dialog.Event {
	switch e.Type {
	case "join":
		return dialog.InGroup{}
	case "message":
		for _, m := range e.Message.Mention.Mentionees {
			if m.IsSelf {
				return dialog.InGroup{}
			}
		}
		if e.Message.Type != "text" {
			return nil
		}
		switch recognise(e.Message.Text).Intent {
		case dialog.Other, dialog.Greeting, dialog.Thanks:
			return nil
		}
		return dialog.InGroup{}
	}
	return nil
}

// need says what a turn on the event must have loaded. Purchases are asked for only where an answer rests on them.
func (d decoded) need(ring *keyring.Ring) (n turn.Need) {
	switch e := d.event.(type) {
	case dialog.Said:
		switch e.Intent {
		case dialog.Recommend, dialog.More, dialog.Plan, dialog.History:
			n.History = true
		}
		switch e.Intent {
		case dialog.More, dialog.Why, dialog.Accept, dialog.Decline, dialog.Other:
			n.LastShown = true
		}
	case dialog.Pressed:
		if e.Stale {
			return n
		}
		switch e.Action {
		case dialog.PressRecommend, dialog.PressMore, dialog.PressPlan, dialog.PressHistory:
			n.History = true
		case dialog.PressInterested, dialog.PressDecline, dialog.PressReason, dialog.PressWhy, dialog.PressTry, dialog.PressStay:
			n.LastShown = true
			if e.Value != "" {
				n.Offers = []ids.OfferID{ids.OfferID(e.Value)}
			}
		case dialog.PressGrant, dialog.PressRefuse:
			n.Nonces = []string{ring.Digest("nonce", e.Value)}
		}
	}
	return n
}

// intent names what was understood, for the log: a word of a closed list, never the customer's.
func (d decoded) intent() string {
	switch e := d.event.(type) {
	case dialog.Said:
		return string(e.Intent)
	case dialog.Pressed:
		if e.Stale {
			return "press:stale"
		}
		return "press:" + string(e.Action)
	case dialog.Followed:
		return "follow"
	case dialog.Unfollowed:
		return "unfollow"
	case dialog.Sent:
		return "sent"
	case dialog.InGroup:
		return "group"
	}
	return "none"
}

func unrecognised(string) dialog.Recognised { return dialog.Recognised{Intent: dialog.Other} }

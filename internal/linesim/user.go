package linesim

import (
	"context"
	"fmt"
	"time"
)

// What people do. Each call writes the conversation, makes the event, and hands it to the platform's delivery; the event
// comes back for WaitReply. The …Event forms only make it, for Deliver in any order, twice, or in one request.

func (s *Sim) act(e Event, entry Entry) Event {
	entry.At, entry.EventID, entry.UserID = e.At, e.ID, e.UserID
	s.note(e.ChatID, entry)
	s.Enqueue(e)
	return e
}

// Act writes a line of the conversation, if kind is not empty, and hands any event to the platform's delivery: for
// NewEvent.
func (s *Sim) Act(e Event, kind, text string) Event {
	if kind == "" || e.ChatID == "" {
		s.Enqueue(e)
		return e
	}
	return s.act(e, Entry{From: "system", ID: e.MessageID, Kind: kind, Text: text})
}

// Follow adds the account as a friend, or unblocks it.
func (s *Sim) Follow(userID string) Event {
	e := s.FollowEvent(userID)
	return s.act(e, Entry{From: "system", Kind: "follow", Text: "follow"})
}

// FollowEvent makes the event of Follow and the friendship with it.
func (s *Sim) FollowEvent(userID string) Event {
	unblocked := false
	if c := s.chat(userID); c != nil {
		c.mu.Lock()
		unblocked = c.blocked
		c.friend, c.blocked = true, false
		c.mu.Unlock()
	}
	e := s.newEvent("follow", userID, userID)
	e.set("follow", map[string]any{"isUnblocked": unblocked})
	return e
}

// Unblock is Follow by its usual name.
func (s *Sim) Unblock(userID string) Event { return s.Follow(userID) }

// Block stops the account: nothing more reaches the person, though pushes still answer 200.
func (s *Sim) Block(userID string) Event {
	if c := s.chat(userID); c != nil {
		c.mu.Lock()
		c.friend, c.blocked = false, true
		c.mu.Unlock()
	}
	return s.act(s.newEvent("unfollow", userID, userID), Entry{From: "system", Kind: "unfollow", Text: "unfollow"})
}

// SendText types words in the one-to-one chat.
func (s *Sim) SendText(userID, text string) Event {
	e := s.TextEvent(userID, text)
	return s.act(e, Entry{From: "user", ID: e.MessageID, Kind: "text", Text: text})
}

// TextEvent makes the event of SendText.
func (s *Sim) TextEvent(userID, text string) Event { return s.textIn(userID, userID, text, nil) }

func (s *Sim) textIn(chatID, userID, text string, more map[string]any) Event {
	e := s.newEvent("message", chatID, userID)
	e.MessageID = s.messageID()
	message := map[string]any{
		"type": "text", "id": e.MessageID, "text": text, "quoteToken": s.hex(), "markAsReadToken": s.markToken(chatID),
	}
	for k, v := range more {
		message[k] = v
	}
	e.set("message", message)
	s.wrote(chatID, e.At)
	return e
}

func (s *Sim) markToken(chatID string) string {
	if s.cfg.DropRecords {
		return s.hex() // not remembered under load
	}
	token := s.hex()
	s.marks.Store(token, chatID)
	return token
}

func (s *Sim) wrote(chatID string, at time.Time) {
	if c := s.chat(chatID); c != nil {
		c.mu.Lock()
		c.wroteAt = at
		c.mu.Unlock()
	}
}

// SendSticker sends a sticker.
func (s *Sim) SendSticker(userID, packageID, stickerID string) Event {
	return s.StickerIn(userID, userID, packageID, stickerID)
}

// StickerIn is SendSticker in any conversation.
func (s *Sim) StickerIn(chatID, userID, packageID, stickerID string) Event {
	e := s.newEvent("message", chatID, userID)
	e.MessageID = s.messageID()
	e.set("message", map[string]any{
		"type": "sticker", "id": e.MessageID, "packageId": packageID, "stickerId": stickerID,
		"stickerResourceType": "STATIC", "keywords": []string{"hello"}, "quoteToken": s.hex(), "markAsReadToken": s.markToken(chatID),
	})
	s.wrote(chatID, e.At)
	return s.act(e, Entry{From: "user", ID: e.MessageID, Kind: "sticker", Text: packageID + "/" + stickerID})
}

// SendLocation sends a place.
func (s *Sim) SendLocation(userID, title string, latitude, longitude float64) Event {
	return s.LocationIn(userID, userID, title, latitude, longitude)
}

// LocationIn is SendLocation in any conversation.
func (s *Sim) LocationIn(chatID, userID, title string, latitude, longitude float64) Event {
	e := s.newEvent("message", chatID, userID)
	e.MessageID = s.messageID()
	e.set("message", map[string]any{
		"type": "location", "id": e.MessageID, "title": title, "address": title, "latitude": latitude, "longitude": longitude,
	})
	s.wrote(chatID, e.At)
	return s.act(e, Entry{From: "user", ID: e.MessageID, Kind: "location", Text: title})
}

// SendMedia sends an image, video, audio or file (kind); the bytes are served by the content host. Video and audio are
// "transcoded" for as long as transcode says.
func (s *Sim) SendMedia(userID, kind, mime string, data []byte, transcode time.Duration) Event {
	return s.MediaIn(userID, userID, kind, mime, data, transcode)
}

// MediaIn is SendMedia in any conversation.
func (s *Sim) MediaIn(chatID, userID, kind, mime string, data []byte, transcode time.Duration) Event {
	e := s.newEvent("message", chatID, userID)
	e.MessageID = s.messageID()
	m := map[string]any{"type": kind, "id": e.MessageID}
	switch kind {
	case "file":
		m["fileName"], m["fileSize"] = "file.bin", len(data)
	case "audio", "video":
		m["duration"] = 1000
		fallthrough
	default:
		m["contentProvider"] = map[string]any{"type": "line"}
		m["quoteToken"] = s.hex()
	}
	e.set("message", m)
	if c := s.chat(chatID); c != nil {
		c.keep(e.MessageID, &content{mime: mime, bytes: data, ready: e.At.Add(transcode)})
	}
	s.wrote(chatID, e.At)
	return s.act(e, Entry{From: "user", ID: e.MessageID, Kind: kind, Text: mime})
}

// Press sends a postback, as a button does; displayText appears in the chat without an event of its own.
func (s *Sim) Press(userID, data, displayText string) Event {
	return s.act(s.PressEvent(userID, data, nil), Entry{From: "user", Kind: "postback", Text: displayText, Data: data})
}

// PressEvent makes the event of Press. params are those of a date picker or rich menu switch.
func (s *Sim) PressEvent(userID, data string, params map[string]string) Event {
	return s.pressIn(userID, userID, data, params)
}

// PressIn is Press in any conversation, with the params of a date picker or rich menu switch.
func (s *Sim) PressIn(chatID, userID, data, displayText string, params map[string]string) Event {
	return s.act(s.pressIn(chatID, userID, data, params), Entry{From: "user", Kind: "postback", Text: displayText, Data: data})
}

func (s *Sim) pressIn(chatID, userID, data string, params map[string]string) Event {
	e := s.newEvent("postback", chatID, userID)
	postback := map[string]any{"data": data}
	if len(params) > 0 {
		postback["params"] = params
	}
	e.set("postback", postback)
	return e
}

// PressButton does what the button does: a postback, words in the person's name, or (for a link) nothing but ok false.
func (s *Sim) PressButton(userID string, b Button) (e Event, ok bool) {
	switch b.Kind {
	case "postback":
		shown := b.DisplayText
		if shown == "" {
			shown = b.Text
		}
		e = s.Press(userID, b.Data, shown)
		if b.Text != "" {
			s.SendText(userID, b.Text) // the deprecated text also comes as words
		}
		return e, true
	case "message":
		return s.SendText(userID, b.Text), true
	case "datetimepicker":
		value := map[string]string{"date": "2006-01-02", "time": "15:04", "datetime": "2006-01-02T15:04"}[b.Mode]
		e = s.PressEvent(userID, b.Data, map[string]string{b.Mode: s.Now().Format(value)})
		return s.act(e, Entry{From: "user", Kind: "postback", Text: b.Label, Data: b.Data}), true
	}
	return Event{}, false
}

// PressLabel presses the visible button of that label, the last one when several have it.
func (s *Sim) PressLabel(userID, label string) (Event, error) {
	buttons := s.Buttons(userID)
	for i := len(buttons) - 1; i >= 0; i-- {
		if buttons[i].Label == label {
			if e, ok := s.PressButton(userID, buttons[i]); ok {
				return e, nil
			}
		}
	}
	return Event{}, fmt.Errorf("linesim: no visible button %q", label)
}

// Say types words and waits for the answer.
func (s *Sim) Say(ctx context.Context, userID, text string) ([]Message, error) {
	return s.WaitReply(ctx, s.SendText(userID, text).ID)
}

// Unsend takes a message back.
func (s *Sim) Unsend(chatID, messageID string) Event {
	if c := s.chat(chatID); c != nil {
		c.mu.Lock()
		for i := range c.entries {
			if c.entries[i].ID == messageID {
				c.changed = s.watch.bump()
				c.entries[i].Text, c.entries[i].Unsent, c.entries[i].Rev = "", true, c.changed
			}
		}
		if c.unsent == nil {
			c.unsent = map[string]bool{}
		}
		c.unsent[messageID] = true
		delete(c.contents, messageID)
		c.mu.Unlock()
	}
	e := s.UnsendEvent(chatID, messageID)
	s.Enqueue(e)
	return e
}

// UnsendEvent makes the event of Unsend.
func (s *Sim) UnsendEvent(chatID, messageID string) Event {
	user := ""
	if kindOf(chatID) == "user" {
		user = chatID
	}
	e := s.newEvent("unsend", chatID, user)
	e.set("unsend", map[string]any{"messageId": messageID})
	return e
}

// Join adds the bot to a group or room.
func (s *Sim) Join(groupID string) Event {
	s.present(groupID, true)
	return s.act(s.newEvent("join", groupID, ""), Entry{From: "system", Kind: "join", Text: "join"})
}

// present says whether the bot is in a group or room.
func (s *Sim) present(groupID string, in bool) {
	if c := s.chat(groupID); c != nil {
		c.mu.Lock()
		c.friend, c.blocked = in, !in
		c.mu.Unlock()
	}
}

// Leave removes the bot from a group or room.
func (s *Sim) Leave(groupID string) Event {
	s.present(groupID, false)
	return s.act(s.newEvent("leave", groupID, ""), Entry{From: "system", Kind: "leave", Text: "leave"})
}

// GroupMessage types words in a group or room. An empty userID is a member who did not agree to be named.
func (s *Sim) GroupMessage(groupID, userID, text string) Event {
	e := s.textIn(groupID, userID, text, nil)
	return s.act(e, Entry{From: "user", ID: e.MessageID, Kind: "text", Text: text})
}

// Mention types words in a group that mention the bot, which stands at their beginning.
func (s *Sim) Mention(groupID, userID, text string) Event {
	name := "@" + s.cfg.BotName
	e := s.textIn(groupID, userID, name+" "+text, map[string]any{"mention": map[string]any{"mentionees": []map[string]any{{
		"index": 0, "length": countUTF16([]byte(name)), "type": "user", "userId": s.cfg.BotUserID, "isSelf": true,
	}}}})
	return s.act(e, Entry{From: "user", ID: e.MessageID, Kind: "text", Text: name + " " + text})
}

// Edit replaces the words of a message; LINE has this in groups only.
func (s *Sim) Edit(groupID, userID, messageID, text string) Event {
	e := s.newEvent("messageEdited", groupID, userID)
	e.MessageID = messageID
	e.set("message", map[string]any{"type": "text", "id": messageID, "text": text, "quoteToken": s.hex()})
	if c := s.chat(groupID); c != nil {
		c.mu.Lock()
		for i := range c.entries {
			if c.entries[i].ID == messageID {
				c.changed = s.watch.bump()
				c.entries[i].Text, c.entries[i].Rev = text, c.changed
			}
		}
		c.mu.Unlock()
	}
	s.Enqueue(e)
	return e
}

package simpage

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"osusume/internal/linesim"
)

// maxName is longer than any name LINE takes.
const maxName = 100

func (p *Page) addUser(r *http.Request) (any, error) {
	var v struct {
		ID, Name, Language, Picture, StatusMessage string
		Friend                                     bool
	}
	if err := decode(r, &v); err != nil {
		return nil, err
	}
	if v.Name == "" || len([]rune(v.Name)) > maxName {
		return nil, wrong("name is required, up to %d characters", maxName)
	}
	if v.ID == "" {
		v.ID = linesim.UserID(v.Name)
	}
	if !validID(v.ID, "U") {
		return nil, wrong("id must be U and 32 hexadecimal digits; without it, one is made from the name")
	}
	p.sim.AddUserDetails(linesim.User{ID: v.ID, Name: v.Name, Language: v.Language, Picture: v.Picture, Status: v.StatusMessage, Friend: v.Friend})
	c, _ := p.sim.Chat(v.ID)
	return viewOf(c), nil
}

func (p *Page) addGroup(r *http.Request) (any, error) {
	var v struct {
		ID, Name string
		Members  []string
	}
	if err := decode(r, &v); err != nil {
		return nil, err
	}
	if v.Name == "" || len([]rune(v.Name)) > maxName {
		return nil, wrong("name is required, up to %d characters", maxName)
	}
	if v.ID == "" {
		v.ID = linesim.GroupID(v.Name)
	}
	if !validID(v.ID, "CR") {
		return nil, wrong("id must be C (a group) or R (a room) and 32 hexadecimal digits; without it, one is made from the name")
	}
	for _, m := range v.Members {
		if c, ok := p.sim.Chat(m); !ok || c.Kind != "user" {
			return nil, wrong("member %q is not a user", m)
		}
	}
	p.sim.AddGroup(v.ID, v.Name, v.Members...)
	c, _ := p.sim.Chat(v.ID)
	return viewOf(c), nil
}

func validID(id, kinds string) bool {
	return len(id) == 33 && strings.ContainsRune(kinds, rune(id[0])) && strings.Trim(id[1:], "0123456789abcdef") == ""
}

// deed is what somebody does in a conversation.
type deed struct {
	Type   string `json:"type"`
	UserID string `json:"userId"` // who, in groups and rooms; may be empty there

	Text        string            `json:"text"`
	Mention     bool              `json:"mention"` // of the bot, in a group
	Data        string            `json:"data"`
	DisplayText string            `json:"displayText"`
	Params      map[string]string `json:"params"`
	PackageID   string            `json:"packageId"`
	StickerID   string            `json:"stickerId"`
	Title       string            `json:"title"`
	Latitude    float64           `json:"latitude"`
	Longitude   float64           `json:"longitude"`
	MIME        string            `json:"mime"`
	Base64      string            `json:"base64"`
	TranscodeMS int               `json:"transcodeMs"`
	MessageID   string            `json:"messageId"`
	LinkToken   string            `json:"linkToken"`
	Nonce       string            `json:"nonce"`
	Result      string            `json:"result"`
	Fields      map[string]any    `json:"fields"`
	Standby     bool              `json:"standby"`
}

// addEvent does something as a person: the high-level kinds write the conversation too, and any other type is sent with
// the fields that are given.
func (p *Page) addEvent(r *http.Request) (any, error) {
	var d deed
	if err := decode(r, &d); err != nil {
		return nil, err
	}
	c, ok := p.sim.Chat(r.PathValue("chat"))
	if !ok {
		return nil, errNoChat
	}
	if c.Kind == "user" {
		d.UserID = c.ID
	}
	if d.Type == "" {
		return nil, wrong("type is required: text, sticker, image, postback, follow … or any webhook event type")
	}
	e, err := p.do(c, d)
	if err != nil {
		return nil, err
	}
	return map[string]string{"eventId": e.ID, "messageId": e.MessageID, "replyToken": e.ReplyToken}, nil
}

// PNG of one grey point, for a picture nobody chose.
var onePoint, _ = base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGPYDwAA6gDpQvEiagAAAABJRU5ErkJggg==")

// maxText is what LINE lets a person send.
const maxText = 10_000

func (p *Page) do(c linesim.ChatInfo, d deed) (linesim.Event, error) {
	s, none := p.sim, linesim.Event{}
	personal := c.Kind == "user"
	switch d.Type {
	case "text":
		if d.Text == "" || len([]rune(d.Text)) > maxText {
			return none, wrong("text is required, up to %d characters", maxText)
		}
		switch {
		case personal:
			return s.SendText(c.ID, d.Text), nil
		case d.Mention:
			return s.Mention(c.ID, d.UserID, d.Text), nil
		}
		return s.GroupMessage(c.ID, d.UserID, d.Text), nil
	case "postback":
		return s.PressIn(c.ID, d.UserID, d.Data, d.DisplayText, d.Params), nil
	case "sticker":
		if d.PackageID == "" {
			d.PackageID, d.StickerID = "446", "1988"
		}
		return s.StickerIn(c.ID, d.UserID, d.PackageID, d.StickerID), nil
	case "location":
		return s.LocationIn(c.ID, d.UserID, d.Title, d.Latitude, d.Longitude), nil
	case "image", "video", "audio", "file":
		return p.media(c, d)
	case "follow", "unfollow":
		if !personal {
			return none, wrong("%s is something a user does in the one-to-one chat", d.Type)
		}
		if d.Type == "follow" {
			return s.Follow(c.ID), nil
		}
		return s.Block(c.ID), nil
	case "join", "leave":
		if personal {
			return none, wrong("%s happens in groups and rooms", d.Type)
		}
		if d.Type == "join" {
			return s.Join(c.ID), nil
		}
		return s.Leave(c.ID), nil
	case "unsend":
		if d.MessageID == "" {
			return none, wrong("messageId is required")
		}
		return s.Unsend(c.ID, d.MessageID), nil
	case "messageEdited":
		if personal || d.MessageID == "" || d.Text == "" {
			return none, wrong("messageEdited is of groups only; messageId and text are required")
		}
		return s.Edit(c.ID, d.UserID, d.MessageID, d.Text), nil
	case "accountLink":
		return p.link(c, d)
	}
	return p.other(c, d)
}

func (p *Page) media(c linesim.ChatInfo, d deed) (linesim.Event, error) {
	data, err := base64.StdEncoding.DecodeString(d.Base64)
	if err != nil {
		return linesim.Event{}, wrong("base64 is not base64")
	}
	if len(data) == 0 {
		data, d.MIME = onePoint, "image/png"
	}
	if d.MIME == "" {
		d.MIME = http.DetectContentType(data)
	}
	wait := time.Duration(min(max(d.TranscodeMS, 0), 600_000)) * time.Millisecond
	return p.sim.MediaIn(c.ID, d.UserID, d.Type, d.MIME, data, wait), nil
}

func (p *Page) link(c linesim.ChatInfo, d deed) (linesim.Event, error) {
	if c.Kind != "user" {
		return linesim.Event{}, wrong("accounts are linked in the one-to-one chat")
	}
	if d.LinkToken != "" {
		e, err := p.sim.LinkAccount(c.ID, d.LinkToken, d.Nonce)
		if err != nil {
			return e, problem{http.StatusGone, "the link token is unknown, used or older than ten minutes; LINE shows an error and sends no event"}
		}
		return e, nil
	}
	// Without a token the event is only played, for a bot that has no linking page yet.
	if d.Result == "" {
		d.Result = "ok"
	}
	if d.Nonce == "" {
		d.Nonce = "simulated-nonce"
	}
	fields := map[string]any{"link": map[string]string{"result": d.Result, "nonce": d.Nonce}}
	if d.Result != "ok" {
		return p.sim.Act(p.sim.NewEvent("accountLink", "", "", fields), "", ""), nil
	}
	return p.sim.Act(p.sim.NewEvent("accountLink", c.ID, c.ID, fields), "accountLink", "accountLink"), nil
}

// common are the properties every event has, which fields may not replace.
var common = []string{"type", "mode", "timestamp", "source", "webhookEventId", "deliveryContext", "replyToken"}

// other sends an event of any type, with what LINE's documentation shows for those it knows.
func (p *Page) other(c linesim.ChatInfo, d deed) (linesim.Event, error) {
	if len(d.Type) > 64 {
		return linesim.Event{}, wrong("type is too long")
	}
	for name := range d.Fields {
		if slices.Contains(common, name) {
			return linesim.Event{}, wrong("fields may not hold %s; send a whole event to /simulator/api/events instead", name)
		}
	}
	if d.Fields == nil {
		d.Fields = defaultFields(c, d)
	}
	e := p.sim.NewEvent(d.Type, c.ID, d.UserID, d.Fields)
	if d.Standby {
		e = e.Standby()
	}
	return p.sim.Act(e, d.Type, d.Type), nil
}

func defaultFields(c linesim.ChatInfo, d deed) map[string]any {
	member := d.UserID
	if member == "" && len(c.Members) > 0 {
		member = c.Members[0]
	}
	people := map[string]any{"members": []map[string]string{{"type": "user", "userId": member}}}
	switch d.Type {
	case "memberJoined":
		return map[string]any{"joined": people}
	case "memberLeft":
		return map[string]any{"left": people}
	case "beacon":
		return map[string]any{"beacon": map[string]string{"hwid": "d41d8cd98f", "type": "enter"}}
	case "videoPlayComplete":
		return map[string]any{"videoPlayComplete": map[string]string{"trackingId": "track-id"}}
	case "membership":
		return map[string]any{"membership": map[string]any{"type": "joined", "membershipId": 3189}}
	case "module":
		return map[string]any{"module": map[string]any{"type": "attached", "botId": "U00000000000000000000000000000000", "scopes": []string{}}}
	case "activated", "deactivated":
		return map[string]any{"chatControl": map[string]any{"expireAt": 4102444800000}}
	}
	return map[string]any{}
}

// addRaw posts one webhook request with events exactly as they are given, signed or with the signature that is given.
func (p *Page) addRaw(r *http.Request) (any, error) {
	var v struct {
		Events    []json.RawMessage `json:"events"`
		Body      *string           `json:"body"` // instead of events: any text at all
		Signature *string           `json:"signature"`
	}
	if err := decode(r, &v); err != nil {
		return nil, err
	}
	var body []byte
	if v.Body != nil {
		body = []byte(*v.Body)
	} else {
		events := make([]linesim.Event, len(v.Events))
		for i, e := range v.Events {
			events[i] = linesim.RawEvent(string(e))
		}
		body = p.sim.Body(false, events...)
	}
	signature := linesim.Sign(p.sim.ChannelSecret(), body)
	if v.Signature != nil {
		signature = *v.Signature
	}
	return webhookOf(p.sim.Post(r.Context(), body, signature)), nil
}

func (p *Page) redeliver(r *http.Request) (any, error) {
	id := r.PathValue("event")
	if _, ok := p.sim.Record(id); !ok {
		return nil, problem{http.StatusNotFound, "there is no such event"}
	}
	return webhookOf(p.sim.Redeliver(r.Context(), id)), nil
}

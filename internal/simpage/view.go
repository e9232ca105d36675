package simpage

import (
	"encoding/json"
	"strings"

	"osusume/internal/flexhtml"
	"osusume/internal/linesim"
)

// entryView is one line of a conversation.
type entryView struct {
	Seq     int64       `json:"seq"`
	At      int64       `json:"at"` // Unix ms
	From    string      `json:"from"`
	UserID  string      `json:"userId,omitempty"`
	Name    string      `json:"name,omitempty"`
	Icon    string      `json:"icon,omitempty"`
	EventID string      `json:"eventId,omitempty"`
	ID      string      `json:"id,omitempty"`
	Kind    string      `json:"kind"`
	Text    string      `json:"text,omitempty"`
	Data    string      `json:"data,omitempty"`
	Unsent  bool        `json:"unsent,omitempty"`
	HTML    string      `json:"html,omitempty"`
	Rules   []string    `json:"rules,omitempty"` // the styles of HTML beyond the fixed ones
	Wide    bool        `json:"wide,omitempty"`  // takes the whole width, as a carousel does
	Quick   []quickView `json:"quick,omitempty"`
	AltText string      `json:"altText,omitempty"`
	Plain   string      `json:"plain,omitempty"` // the words of a bot's message
	// Webhook is how the delivery of a person's deed stands: accepted, waiting, or LINE's reason for its failure.
	Webhook string `json:"webhook,omitempty"`
	Status  int    `json:"status,omitempty"` // the bot's answer, when it failed
	Tries   int    `json:"tries,omitempty"`

	lang string
}

// quickView is a quick reply.
type quickView struct {
	Icon   string          `json:"icon,omitempty"`
	Action json.RawMessage `json:"action"`
}

func (p *Page) view(chatID, lang string, e linesim.Entry) entryView {
	v := entryView{
		Seq: e.Seq, At: e.At.UnixMilli(), From: e.From, UserID: e.UserID, EventID: e.EventID, ID: e.ID, Kind: e.Kind, Text: e.Text,
		Data: e.Data, Unsent: e.Unsent, lang: lang,
	}
	if e.From == "user" && e.UserID != "" && e.UserID != chatID {
		if c, ok := p.sim.Chat(e.UserID); ok {
			v.Name = c.Name
		}
	}
	if e.From != "bot" && e.EventID != "" {
		p.viewDelivery(&v)
	}
	if e.Message != nil {
		p.viewMessage(&v, e.Message)
	}
	return v
}

func (p *Page) viewDelivery(v *entryView) {
	rec, ok := p.sim.Record(v.EventID)
	if !ok {
		return
	}
	v.Tries = len(rec.Deliveries)
	switch {
	case rec.Accepted():
		v.Webhook = "accepted"
	case v.Tries == 0:
		v.Webhook = "waiting"
	default:
		last := rec.Deliveries[v.Tries-1]
		v.Webhook, v.Status = webhookOf(linesim.Delivery{Status: last.Status, Timeout: last.Timeout}).Reason, last.Status
	}
}

func (p *Page) viewMessage(v *entryView, m *linesim.Message) {
	var head struct {
		Text       string `json:"text"`
		AltText    string `json:"altText"`
		Sender     struct{ Name, IconURL string }
		QuickReply struct {
			Items []struct {
				ImageURL string          `json:"imageUrl"`
				Action   json.RawMessage `json:"action"`
			}
		}
	}
	_ = json.Unmarshal(m.Raw, &head) // it was accepted as JSON
	v.AltText, v.Name, v.Icon, v.Text = head.AltText, head.Sender.Name, head.Sender.IconURL, head.Text
	v.Plain = m.Text()
	for _, q := range head.QuickReply.Items {
		v.Quick = append(v.Quick, quickView{q.ImageURL, q.Action})
	}
	p.draw(v, m)
}

// draw makes the message's HTML.
func (p *Page) draw(v *entryView, m *linesim.Message) {
	v.Wide = m.Type == "flex" || m.Type == "template" || m.Type == "imagemap"
	f, err := flexhtml.Render(m.Raw, flexhtml.Options{
		Lang:    v.lang,
		Picture: p.picture,
		Name: func(id string) string {
			c, _ := p.sim.Chat(id)
			return c.Name
		},
	})
	if err != nil {
		return // the page shows the words instead
	}
	v.HTML, v.Rules = string(f.HTML), f.Rules
}

// picture gives the page's own copy of a picture where it has one. Stickers and emoji keep their placeholder.
func (p *Page) picture(kind flexhtml.PictureKind, address string) string {
	if kind == flexhtml.Sticker || kind == flexhtml.Emoji {
		return ""
	}
	if name, ok := strings.CutPrefix(address, p.cfg.ImageBase); ok && p.cfg.ImageBase != "" && p.cfg.Images != nil {
		return "images/" + name
	}
	if !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://") {
		return ""
	}
	return address
}

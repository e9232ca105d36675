package app

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"osusume/internal/linesim"
)

// chatScreen shows LINE messages as text: bubbles as framed lines, every button with a number that presses it.
type chatScreen struct {
	out     io.Writer
	bot     string // the account's name
	english bool
	buttons []linesim.Button // [1] is the first
}

// brokenPipe remembers that nobody reads any more.
type brokenPipe struct {
	to     io.Writer
	broken bool
}

func (w *brokenPipe) Write(b []byte) (int, error) {
	if w.broken {
		return len(b), nil
	}
	if _, err := w.to.Write(b); err != nil {
		w.broken = true
	}
	return len(b), nil
}

func (s *chatScreen) closed() bool {
	w, ok := s.out.(*brokenPipe)
	return ok && w.broken
}

// say is the screen's own words in the conversation's language.
func (s *chatScreen) say(ja, en string) string {
	if s.english {
		return en
	}
	return ja
}

// answer prints the messages of one answer and numbers its buttons from 1.
func (s *chatScreen) answer(messages []linesim.Message) {
	s.buttons = nil
	fmt.Fprintf(s.out, "%s\n", s.bot)
	for _, m := range messages {
		s.message(m)
	}
	if len(messages) > 0 {
		// LINE shows quick replies with the last message only.
		if quick := messages[len(messages)-1].QuickReplies(); len(quick) > 0 {
			var row []string
			for _, b := range quick {
				row = append(row, s.number(b))
			}
			fmt.Fprintf(s.out, "  %s\n", strings.Join(row, "  "))
		}
	}
	fmt.Fprintln(s.out)
}

func (s *chatScreen) number(b linesim.Button) string {
	s.buttons = append(s.buttons, b)
	return fmt.Sprintf("[%d] %s", len(s.buttons), b.Label)
}

// flexPart is any JSON object of a message.
type flexPart map[string]any

func (p flexPart) text(name string) string { v, _ := p[name].(string); return v }

func (p flexPart) object(name string) flexPart { v, _ := p[name].(map[string]any); return v }

func (p flexPart) list(name string) []flexPart {
	values, _ := p[name].([]any)
	var out []flexPart
	for _, v := range values {
		if o, ok := v.(map[string]any); ok {
			out = append(out, o)
		}
	}
	return out
}

func (s *chatScreen) message(m linesim.Message) {
	var p flexPart
	if err := json.Unmarshal(m.Raw, &p); err != nil {
		fmt.Fprintf(s.out, "  (%s)\n", m.Type)
		return
	}
	switch m.Type {
	case "text", "textV2":
		s.frame(strings.Split(p.text("text"), "\n"))
	case "flex":
		s.container(p.object("contents"))
	case "template":
		s.template(p.object("template"))
	case "image", "video":
		fmt.Fprintf(s.out, "  (%s: %s)\n", s.kind(m.Type), p.text("originalContentUrl"))
	case "location":
		fmt.Fprintf(s.out, "  (%s: %s, %s)\n", s.kind(m.Type), p.text("title"), p.text("address"))
	default:
		fmt.Fprintf(s.out, "  (%s) %s\n", s.kind(m.Type), p.text("altText"))
	}
}

func (s *chatScreen) kind(kind string) string {
	if s.english {
		return kind
	}
	if ja := map[string]string{"image": "画像", "video": "動画", "location": "場所", "sticker": "スタンプ", "audio": "音声"}[kind]; ja != "" {
		return ja
	}
	return kind
}

func (s *chatScreen) container(c flexPart) {
	bubbles := []flexPart{c}
	if c.text("type") == "carousel" {
		bubbles = c.list("contents")
	}
	for _, b := range bubbles {
		var card chatCard
		for _, name := range []string{"header", "hero", "body", "footer"} {
			if block := b.object(name); block != nil {
				s.component(&card, block)
			}
		}
		card.flush()
		s.frame(card.lines)
	}
}

func (s *chatScreen) template(t flexPart) {
	columns := t.list("columns")
	if columns == nil {
		columns = []flexPart{t}
	}
	for _, c := range columns {
		var card chatCard
		for _, name := range []string{"title", "text"} {
			if v := c.text(name); v != "" {
				card.line(v)
			}
		}
		actions := c.list("actions")
		if a := c.object("action"); a != nil {
			actions = append(actions, a)
		}
		for _, a := range actions {
			s.button(&card, a)
		}
		card.flush()
		s.frame(card.lines)
	}
}

// frame draws one bubble. Lines are never broken: words stay findable, and a terminal wraps by itself.
func (s *chatScreen) frame(lines []string) {
	fmt.Fprintln(s.out, "  ┌")
	for _, l := range lines {
		fmt.Fprintln(s.out, strings.TrimRight("  │ "+l, " "))
	}
	fmt.Fprintln(s.out, "  └")
}

// chatCard gathers the lines of one bubble; buttons that stand together share a line.
type chatCard struct {
	lines []string
	row   []string
}

func (c *chatCard) line(text string) {
	c.flush()
	c.lines = append(c.lines, strings.Split(text, "\n")...)
}

func (c *chatCard) flush() {
	if len(c.row) > 0 {
		c.lines = append(c.lines, strings.Join(c.row, "  "))
		c.row = nil
	}
}

func (s *chatScreen) button(card *chatCard, action flexPart) {
	label := action.text("label")
	if label == "" {
		return // an area to tap, which a terminal does not have
	}
	card.row = append(card.row, s.number(linesim.Button{
		Label: label, Kind: action.text("type"), Data: action.text("data"), Text: action.text("text"),
		DisplayText: action.text("displayText"), URI: action.text("uri"), Mode: action.text("mode"),
	}))
}

func (s *chatScreen) component(card *chatCard, c flexPart) {
	switch c.text("type") {
	case "text":
		card.line(flexText(c))
	case "button":
		s.button(card, c.object("action"))
	case "image", "video":
		card.line("(" + s.kind(c.text("type")) + ")")
	case "separator":
		card.line("")
	case "box":
		if words, plain := oneLine(c); plain {
			card.line(words)
		} else {
			for _, child := range c.list("contents") {
				s.component(card, child)
			}
		}
		if a := c.object("action"); a != nil {
			s.button(card, a)
		}
	}
}

func flexText(c flexPart) string {
	if t := c.text("text"); t != "" {
		return t
	}
	var b strings.Builder
	for _, span := range c.list("contents") {
		b.WriteString(span.text("text"))
	}
	return b.String()
}

// oneLine joins what stands side by side: a horizontal or baseline box of words only.
func oneLine(box flexPart) (string, bool) {
	if box.text("layout") == "vertical" {
		return "", false
	}
	var words []string
	for _, child := range box.list("contents") {
		switch child.text("type") {
		case "text":
			words = append(words, flexText(child))
		case "icon", "filler":
		default:
			return "", false
		}
	}
	return strings.Join(words, "  "), len(words) > 0
}

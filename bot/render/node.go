package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
)

// message is one LINE message object of the two types osusume sends.
type message struct {
	Type       string      `json:"type"`
	Text       string      `json:"text,omitempty"`
	AltText    string      `json:"altText,omitempty"`
	Contents   *node       `json:"contents,omitempty"`
	QuickReply *quickReply `json:"quickReply,omitempty"`
}

type quickReply struct {
	Items []quickItem `json:"items"`
}

type quickItem struct {
	Type   string  `json:"type"`
	Action *action `json:"action"`
}

// action is a postback or a uri action.
type action struct {
	Type        string `json:"type"`
	Label       string `json:"label"`
	Data        string `json:"data,omitempty"`
	DisplayText string `json:"displayText,omitempty"`
	URI         string `json:"uri,omitempty"`
}

// node is any Flex container or component. One type for all of them keeps the encoder flat; fields that a component does
// not have stay empty and are left out.
type node struct {
	Type            string  `json:"type"`
	Size            string  `json:"size,omitempty"`
	Hero            *node   `json:"hero,omitempty"`
	Body            *node   `json:"body,omitempty"`
	Footer          *node   `json:"footer,omitempty"`
	Layout          string  `json:"layout,omitempty"`
	Spacing         string  `json:"spacing,omitempty"`
	Margin          string  `json:"margin,omitempty"`
	Text            string  `json:"text,omitempty"`
	Weight          string  `json:"weight,omitempty"`
	Color           string  `json:"color,omitempty"`
	Wrap            bool    `json:"wrap,omitempty"`
	MaxLines        int     `json:"maxLines,omitempty"`
	URL             string  `json:"url,omitempty"`
	AspectRatio     string  `json:"aspectRatio,omitempty"`
	AspectMode      string  `json:"aspectMode,omitempty"`
	Style           string  `json:"style,omitempty"`
	Height          string  `json:"height,omitempty"`
	AdjustMode      string  `json:"adjustMode,omitempty"`
	BackgroundColor string  `json:"backgroundColor,omitempty"`
	Action          *action `json:"action,omitempty"`
	Contents        []*node `json:"contents,omitempty"`
}

// Colours with a contrast of at least 4.5:1 on white.
const (
	ink   = "#222222"
	faint = "#666666"
)

func vertical(spacing string, contents ...*node) *node {
	return &node{Type: "box", Layout: "vertical", Spacing: spacing, Contents: contents}
}

func horizontal(contents ...*node) *node {
	return &node{Type: "box", Layout: "horizontal", Spacing: "sm", Contents: contents}
}

func title(text string) *node {
	return &node{Type: "text", Text: text, Weight: "bold", Size: "md", Color: ink, Wrap: true}
}

func paragraph(text string) *node {
	return &node{Type: "text", Text: text, Size: "sm", Color: ink, Wrap: true}
}

func small(text string) *node {
	return &node{Type: "text", Text: text, Size: "xs", Color: faint, Wrap: true}
}

func separator() *node { return &node{Type: "separator", Margin: "md"} }

// Buttons come in three weights. Two that offer a choice of consent are always made by pair, so that they cannot differ.
func button(style string, a *action) *node {
	return &node{Type: "button", Style: style, Height: "sm", AdjustMode: "shrink-to-fit", Action: a}
}

func pair(a, b *action) *node {
	return horizontal(button("secondary", a), button("secondary", b))
}

func bubble(size string, hero, body, footer *node) *node {
	return &node{Type: "bubble", Size: size, Hero: hero, Body: body, Footer: footer}
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// encode gives JSON without the escapes that would triple the size of & < and >, which LINE counts in bytes.
func encode(v any) ([]byte, error) {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	encoder := json.NewEncoder(buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	return bytes.Clone(bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))), nil
}

// Package flexhtml draws a LINE message object as HTML: Flex Messages with everything LINE's layout rules say, and the
// other message types. The chat page of the simulator and the preview of templates show its output.
//
// The output is inert. It holds no script, no style attribute and no event handler, so it can be shown under a strict
// Content-Security-Policy. What a message says in numbers (pixels, ratios, colours) becomes classes; the rules behind
// these classes come back beside the HTML and go into a stylesheet of the page, after Stylesheet(). A rule belongs to
// its class name alone: the same class never has two meanings, so a page may collect the rules of all its messages in
// one Sheet.
//
// What can be pressed is a real <button> or <a> with the action object in its data-action attribute, for the page's
// script to act on. Only http, https, line and tel addresses become links.
//
// Nothing of a message is dropped in silence. A part that is not known is drawn as a marked box with its JSON; a
// property that is not known, or a value that is not understood, is listed below the message with its place.
//
// The package does no I/O. Lengths that LINE gives names (xs, md, 3xl …) are those of LINE's Flex Message Simulator.
package flexhtml

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed flexhtml.css
var stylesheet string

// Stylesheet returns the rules that never change. A page serves them before the rules of its messages.
func Stylesheet() string { return stylesheet }

// PictureKind says what a picture is of.
type PictureKind string

// The kinds of picture. The address of a sticker is "package/sticker", that of a LINE emoji "product/emoji", because a
// message has no URL for them; the others have the URL of the message.
const (
	Photo   PictureKind = "photo"
	Icon    PictureKind = "icon"
	Sticker PictureKind = "sticker"
	Emoji   PictureKind = "emoji"
)

// Coupon is what a coupon message shows; the message itself has only the id.
type Coupon struct {
	Title, Detail, Picture string
}

// Options are the page's side of a rendering. The zero value is usable.
type Options struct {
	// Lang is the language of the few words the renderer itself adds: "en", or Japanese for all else.
	Lang string
	// Picture gives the address under which the page may load a picture, "" for a placeholder. Its answer is trusted:
	// it may be relative or a data: URL. Without it http and https addresses are used as they are, stickers and emoji
	// get a placeholder.
	Picture func(kind PictureKind, address string) string
	// Link may replace the address of a link whose scheme was already found good; "" leaves the button without a link.
	Link func(uri string) string
	// Name gives the display name of a mentioned user, "" when it is not known.
	Name func(userID string) string
	// Coupon gives what is known of a coupon.
	Coupon func(couponID string) Coupon
}

// Fragment is one message as HTML.
type Fragment struct {
	HTML template.HTML
	// Rules are the CSS rules of the classes that the HTML names and Stylesheet does not have, sorted, each on one line.
	Rules []string
}

// Render draws one message object. The error says that message is not a JSON object; everything else is drawn.
func Render(message json.RawMessage, o Options) (Fragment, error) {
	p := newPage(o)
	n, err := p.parse(message)
	if err != nil {
		return Fragment{}, err
	}
	p.message(n)
	return p.fragment(), nil
}

// RenderQuickReply draws the quick reply buttons of a message object; a message without them gives an empty Fragment.
// They stand apart from the message because LINE shows them only below the newest one.
func RenderQuickReply(message json.RawMessage, o Options) (Fragment, error) {
	p := newPage(o)
	n, err := p.parse(message)
	if err != nil {
		return Fragment{}, err
	}
	q := n.child("quickReply")
	if q == nil {
		return Fragment{}, nil
	}
	p.quickReply(q)
	return p.fragment(), nil
}

func (p *page) parse(message json.RawMessage) (*node, error) {
	d := json.NewDecoder(bytes.NewReader(message))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("flexhtml: read message: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("flexhtml: read message: more than one JSON value")
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("flexhtml: a message is a JSON object")
	}
	return p.node(m, ""), nil
}

func (p *page) message(n *node) {
	kind := n.str("type")
	n.skip("quickReply", "sender", "quoteToken")
	draw, known := map[string]func(*node){
		"text": p.textMessage, "textV2": p.textV2Message, "sticker": p.stickerMessage, "image": p.imageMessage,
		"video": p.videoMessage, "audio": p.audioMessage, "location": p.locationMessage, "coupon": p.couponMessage,
		"imagemap": p.imagemapMessage, "template": p.templateMessage, "flex": p.flexMessage,
	}[kind]
	if !known {
		p.open("div", class("fx-msg", "fx-m-unknown"))
		p.unknown(n.raw, kind)
		p.close("div")
		return
	}
	p.open("div", class("fx-msg", "fx-m-"+strings.ToLower(kind)))
	draw(n)
	n.done()
	p.writeNotes()
	p.close("div")
}

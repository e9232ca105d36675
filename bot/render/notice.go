package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"osusume/dialog"
	"osusume/internal/ids"
	"osusume/internal/phrase"
)

// canonicalNotice fixes the order and names of what is hashed; a change here changes the hash of every notice.
type canonicalNotice struct {
	Version  string             `json:"version"`
	Lang     string             `json:"lang"`
	Purposes []ids.Purpose      `json:"purposes"`
	Title    string             `json:"title"`
	Body     []string           `json:"body"`
	Sections []canonicalSection `json:"sections,omitempty"`
	Agree    string             `json:"agree"`
	Refuse   string             `json:"refuse"`
	More     string             `json:"more,omitempty"`
	Policy   string             `json:"policy,omitempty"`
}

type canonicalSection struct {
	Purpose ids.Purpose `json:"purpose"`
	Title   string      `json:"title"`
	Text    string      `json:"text"`
}

// NewNotice makes the notice that asks for the purposes, with the hash of the exact text and labels. The short form asks
// for all of them at once; the detailed one explains each singly, with a pair of buttons of its own.
func NewNotice(c Context, purposes []ids.Purpose, detail bool) (NoticeText, error) {
	purposes = inOrder(purposes)
	if len(purposes) == 0 {
		return NoticeText{}, fmt.Errorf("render: a notice without a purpose")
	}
	b := builder{c: c}
	shop := b.shop()
	n := NoticeText{
		Purposes: purposes, Detail: detail, Version: phrase.NoticeVersion, Lang: c.Lang,
		Title: b.text(phrase.NoticeTitle, nil),
		Agree: b.text(phrase.LabelAgree, nil), Refuse: b.text(phrase.LabelRefuse, nil),
	}
	n.Body = append(n.Body, b.text(phrase.NoticeWho, phrase.Params{"shop": shop}))
	if detail {
		n.Body = append(n.Body, b.text(phrase.NoticeDetails, nil))
		for _, p := range purposes {
			n.Sections = append(n.Sections, Section{
				Purpose: p, Title: b.text(phrase.PurposeName(p), nil),
				Text: b.purpose(p),
			})
		}
	} else {
		n.More = b.text(phrase.LabelDetails, nil)
		for _, p := range purposes {
			n.Body = append(n.Body, b.purpose(p))
		}
	}
	n.Body = append(n.Body,
		b.text(phrase.NoticeWhere, phrase.Params{"shop": shop}),
		b.text(phrase.NoticeStop, nil),
		b.text(phrase.NoticeFree, nil),
		b.text(phrase.NoticeAge, nil),
		b.text(phrase.NoticePolicy, phrase.Params{"url": clip(clean(c.Shop.PrivacyURL), maxURIUnits, maxURIUnits)}),
		b.text(phrase.NoticeContact, phrase.Params{"contact": b.contact()}),
		b.text(phrase.NoticeButtons, nil),
	)
	if link(c.Shop.PrivacyURL, maxURIUnits, "https", "http") != "" {
		n.Policy = b.text(phrase.RenderPolicy, nil)
	}
	if b.err != nil {
		return NoticeText{}, b.err
	}
	canonical, err := n.Canonical()
	if err != nil {
		return NoticeText{}, err
	}
	sum := sha256.Sum256(canonical)
	n.SHA256 = hex.EncodeToString(sum[:])
	return n, nil
}

// Canonical gives the bytes that SHA256 is the hash of: everything the person sees, as JSON.
func (n NoticeText) Canonical() ([]byte, error) {
	c := canonicalNotice{
		Version: n.Version, Lang: string(n.Lang), Purposes: n.Purposes, Title: n.Title, Body: n.Body,
		Agree: n.Agree, Refuse: n.Refuse, More: n.More, Policy: n.Policy,
	}
	for _, s := range n.Sections {
		c.Sections = append(c.Sections, canonicalSection(s))
	}
	var canonical bytes.Buffer
	encoder := json.NewEncoder(&canonical)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(c); err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	return bytes.TrimSuffix(canonical.Bytes(), []byte("\n")), nil
}

// NonceAsk is one nonce that a notice puts on its buttons, and the purposes a press of it decides on.
type NonceAsk struct {
	Nonce    string
	Purposes []ids.Purpose
}

// Nonces gives every nonce the notice shows when it is rendered with the given one: that very one for all purposes at
// once, or in the detailed form one derived from it for each purpose.
func (n NoticeText) Nonces(nonce string) []NonceAsk {
	if !n.Detail {
		return []NonceAsk{{Nonce: nonce, Purposes: n.Purposes}}
	}
	asks := make([]NonceAsk, len(n.Purposes))
	for i := range n.Purposes {
		asks[i] = NonceAsk{Nonce: nonce + "-" + strconv.Itoa(i), Purposes: n.Purposes[i : i+1]}
	}
	return asks
}

func inOrder(purposes []ids.Purpose) []ids.Purpose {
	var sorted []ids.Purpose
	for _, p := range ids.Purposes() {
		if slices.Contains(purposes, p) {
			sorted = append(sorted, p)
		}
	}
	return sorted
}

func (b *builder) purpose(p ids.Purpose) string {
	return strings.Join([]string{
		b.text(phrase.NoticeWhat(p), nil), b.text(phrase.NoticeUse(p), nil), b.text(phrase.NoticeKeep(p), nil),
	}, "\n")
}

// notice shows the text as hashed. The two buttons of a choice are made by pair and stand side by side, so that neither
// can be larger, brighter or nearer than the other.
func (b *builder) notice(part Notice) *node {
	n := part.Notice
	asks := n.Nonces(part.Nonce)
	choice := func(nonce string) *node {
		return pair(
			b.press(n.Agree, dialog.PressGrant, nonce, ""),
			b.press(n.Refuse, dialog.PressRefuse, nonce, ""),
		)
	}
	body := wideColumn(title(n.Title))
	lead := len(n.Body)
	if n.Detail {
		lead = 2
	}
	for _, text := range n.Body[:lead] {
		body.contents = append(body.contents, paragraph(text))
	}
	footer := column()
	if n.Detail {
		for i, s := range n.Sections {
			body.contents = append(body.contents, separator(), title(s.Title), paragraph(s.Text), choice(asks[i].Nonce))
		}
		body.contents = append(body.contents, separator())
		for _, text := range n.Body[lead:] {
			body.contents = append(body.contents, paragraph(text))
		}
	} else {
		footer.contents = append(footer.contents, choice(asks[0].Nonce),
			button(lookLink, b.press(n.More, dialog.PressDetails, "", "")))
	}
	if n.Policy != "" {
		footer.contents = append(footer.contents,
			button(lookLink, b.open(n.Policy, link(b.c.Shop.PrivacyURL, maxURIUnits, "https", "http"))))
	}
	if len(footer.contents) == 0 {
		footer = nil
	}
	return bubble(lookMega, nil, body, footer)
}

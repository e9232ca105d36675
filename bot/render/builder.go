package render

import (
	"fmt"
	"strconv"
	"time"

	"osusume/dialog"
	"osusume/internal/ids"
	"osusume/internal/phrase"
)

// builder collects the first error, so that the cards read as what they show.
type builder struct {
	c   Context
	err error
}

func (b *builder) fail(format string, args ...any) {
	if b.err == nil {
		b.err = fmt.Errorf("render: "+format, args...)
	}
}

func (b *builder) text(key phrase.Key, params phrase.Params) string {
	text, err := b.c.Phrases.Text(b.c.Lang, key, params)
	if err != nil && b.err == nil {
		b.err = fmt.Errorf("render: %w", err)
	}
	if err == nil && text == "" {
		b.fail("the phrase %q is empty", key)
	}
	return text
}

// press makes a postback action. The label is what LINE shows as said by the customer.
func (b *builder) press(label string, act dialog.Action, value, arg string) *action {
	return b.pressWithin(label, maxButtonLabel, act, value, arg)
}

func (b *builder) pressWithin(label string, limit int, act dialog.Action, value, arg string) *action {
	if !graphemesWithin(label, limit) {
		b.fail("the label of button %q is over the limit of %d graphemes", act, limit)
	}
	data := b.c.Sign(act, value, arg)
	if data == "" || units(data) > maxPostbackUnits {
		b.fail("the data of button %q is over the limit of %d UTF-16 units", act, maxPostbackUnits)
	}
	return &action{Type: "postback", Label: label, Data: data, DisplayText: label}
}

func (b *builder) open(label, uri string) *action {
	if !graphemesWithin(label, maxButtonLabel) {
		b.fail("the label of a link is over the limit of %d graphemes", maxButtonLabel)
	}
	return &action{Type: "uri", Label: label, URI: uri}
}

func (b *builder) button(look string, label phrase.Key, act dialog.Action, value, arg string) *node {
	return button(look, b.press(b.text(label, nil), act, value, arg))
}

func (b *builder) shop() string {
	if shop := clip(clean(b.c.Shop.Name), maxShopName, 4*maxShopName); shop != "" {
		return shop
	}
	return b.text(phrase.RenderOurShop, nil)
}

func (b *builder) contact() string {
	return clip(clean(b.c.Shop.Contact), maxContactUnits, maxContactUnits)
}

// name is a catalog name, or a plain word when the catalog has nothing showable.
func (b *builder) name(raw string) string {
	if shown := name(raw); shown != "" {
		return shown
	}
	return b.text(phrase.RenderUnnamed, nil)
}

func (b *builder) price(y ids.Yen) string {
	return b.text(phrase.RenderPrice, phrase.Params{"amount": y.String()})
}

func (b *builder) monthly(y ids.Yen) string {
	return b.text(phrase.RenderMonthly, phrase.Params{"amount": y.String()})
}

// Day is a date as the answers show it, in the shop's zone and the person's language.
func Day(c Context, ms int64) (string, error) {
	b := builder{c: c}
	day := b.date(ms)
	return day, b.err
}

// date shows the day in the shop's zone, with the year when it is not the current one.
func (b *builder) date(ms int64) string {
	day, now := b.local(ms), b.local(b.c.NowMS)
	params := phrase.Params{"month": strconv.Itoa(int(day.Month())), "day": strconv.Itoa(day.Day())}
	if b.c.Lang == ids.English {
		params["month"] = day.Month().String()
	}
	if day.Year() == now.Year() {
		return b.text(phrase.RenderDate, params)
	}
	params["year"] = strconv.Itoa(day.Year())
	return b.text(phrase.RenderDateYear, params)
}

func (b *builder) local(ms int64) time.Time {
	var offset int64
	if b.c.Shop.Zone != nil {
		offset = int64(b.c.Shop.Zone(ms)) * 1000
	}
	return time.UnixMilli(ms + offset).UTC()
}

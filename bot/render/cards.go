package render

import (
	"osusume/dialog"
	"osusume/internal/ids"
	"osusume/internal/phrase"
	"osusume/offers"
)

// carousel shows up to three offers in bubbles of one size.
func (b *builder) carousel(list []offers.Offer) *node {
	if len(list) == 0 || len(list) > maxOffers {
		b.fail("an answer has %d offers, the limit is %d", len(list), maxOffers)
		return nil
	}
	shop := b.text(phrase.RenderFromShop, phrase.Params{"shop": b.shop()})
	container := &node{look: lookCarousel, holds: true}
	for _, o := range list {
		container.contents = append(container.contents, b.offer(o, shop))
	}
	return container
}

func (b *builder) offer(o offers.Offer, shop string) *node {
	var hero *node
	if url := link(o.ImageURL, maxImageURLUnits, "https"); url != "" {
		hero = &node{look: lookHero, url: url}
	}
	id := string(o.ID)
	body := column(small(shop), shortTitle(b.name(o.Name)), paragraph(b.offerPrice(o)), small(b.reason(o)))
	footer := column(
		b.button(lookPrimary, phrase.LabelInterested, dialog.PressInterested, id, ""),
		b.button(lookSecondary, phrase.LabelDecline, dialog.PressDecline, id, ""),
		b.button(lookLink, phrase.LabelWhy, dialog.PressWhy, id, ""),
	)
	return bubble(lookKilo, hero, body, footer)
}

func (b *builder) offerPrice(o offers.Offer) string {
	if o.Plan != "" {
		return b.monthly(o.Price)
	}
	return b.price(o.Price)
}

// plan shows the current plan, own use against what it includes, and the other plan with the difference in yen a month.
func (b *builder) plan(d offers.PlanDecision) *node {
	o := d.Offer
	id := string(o.ID)
	body := column(title(b.text(phrase.PlanTitle, nil)),
		paragraph(b.text(phrase.PlanCurrent, phrase.Params{
			"name": b.name(d.Current.Name), "price": b.monthly(d.Current.PerMonth),
		})))
	body.contents = append(body.contents, b.uses(o.Reason.Uses)...)
	footer := column()
	switch d.Strategy {
	case offers.PlanUpgrade, offers.PlanStepDown:
		body.contents = append(body.contents, separator(),
			paragraph(b.text(phrase.PlanProposed, phrase.Params{"name": b.name(o.Name), "price": b.monthly(o.Price)})),
			title(b.difference(o.Price-d.Current.PerMonth)))
		footer.contents = append(footer.contents, pair(
			b.press(b.text(phrase.LabelTry, nil), dialog.PressTry, id, ""),
			b.press(b.text(phrase.LabelStay, nil), dialog.PressStay, id, ""),
		))
	case offers.PlanStay:
		body.contents = append(body.contents, separator(), title(b.text(phrase.PlanStays, nil)))
	default:
		b.fail("a plan card for the strategy %q", d.Strategy)
		return nil
	}
	footer.contents = append(footer.contents, b.button(lookLink, phrase.LabelWhy, dialog.PressWhy, id, ""))
	return bubble(lookMega, nil, body, footer)
}

// next says how to go on with an accepted offer: its page where it has one, else the shop.
func (b *builder) next(o offers.Offer) *node {
	body := column(title(b.name(o.Name)), paragraph(b.offerPrice(o)))
	if uri := link(o.PageURL, maxURIUnits, "https", "http"); uri != "" {
		body.contents = append(body.contents, paragraph(b.text(phrase.RenderNextPage, nil)))
		return bubble(lookMega, nil, body, column(button(lookPrimary, b.open(b.text(phrase.RenderOpenPage, nil), uri))))
	}
	key := phrase.RenderNextShop
	if o.Plan != "" {
		key = phrase.RenderNextPlan
	}
	body.contents = append(body.contents, paragraph(b.text(key, phrase.Params{"shop": b.shop(), "contact": b.contact()})))
	return bubble(lookMega, nil, body, nil)
}

// confirm asks once before everything is deleted.
func (b *builder) confirm(nonce string) *node {
	return bubble(lookMega, nil,
		wideColumn(title(b.text(phrase.ConfirmTitle, nil)), paragraph(b.text(phrase.ConfirmText, nil))),
		column(pair(
			b.press(b.text(phrase.LabelErase, nil), dialog.PressErase, nonce, ""),
			b.press(b.text(phrase.LabelKeep, nil), dialog.PressKeep, "", ""),
		)))
}

// stopOffers is the button that ends suggestions from own purchases, wherever such suggestions are explained.
func (b *builder) stopOffers() *node {
	return b.button(lookLink, phrase.LabelStopOffers, dialog.PressWithdraw, string(ids.PurchaseHistory), "")
}

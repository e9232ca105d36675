package render

import (
	"strconv"

	"osusume/dialog"
	"osusume/internal/consent"
	"osusume/internal/ids"
	"osusume/internal/phrase"
	"osusume/offers"
)

// status lists every purpose with where the person stands and the one button that changes it.
func (b *builder) status(part Status) *node {
	body := wideColumn(title(b.text(phrase.StatusTitle, nil)))
	any := false
	for _, p := range ids.Purposes() {
		standing := part.Standings[p]
		granted := standing.Granted(b.c.NowMS, part.Current)
		any = any || granted
		label, act := phrase.LabelChange, dialog.PressAskFor
		switch {
		case granted:
			act = dialog.PressWithdraw
		case standing.State != consent.Unknown && standing.State != consent.Refused:
			label = phrase.LabelResume
		}
		body.contents = append(body.contents, separator(), title(b.text(phrase.PurposeName(p), nil)),
			paragraph(b.standing(standing, part.Current)), b.button(lookSecondary, label, act, string(p), ""))
	}
	footer := column()
	if any {
		footer.contents = append(footer.contents, b.button(lookSecondary, phrase.LabelStopAll, dialog.PressStopAll, "", ""))
	} else {
		footer = nil
	}
	return bubble(lookMega, nil, body, footer)
}

func (b *builder) standing(s consent.Standing, current string) string {
	state := string(s.State)
	if s.State == consent.Given && !s.Granted(b.c.NowMS, current) {
		state = "stale"
		if b.c.NowMS >= s.ValidUntilMS {
			state = string(consent.Expired)
		}
	}
	named := b.text(phrase.StandingName(state), nil)
	if s.State == consent.Unknown {
		return named
	}
	return b.text(phrase.StatusSince, phrase.Params{"state": named, "date": b.date(s.AtMS)})
}

// why lists the very facts each offer rests on, each with the button that takes it out of use.
func (b *builder) why(list []offers.Offer) *node {
	if len(list) == 0 {
		b.fail("reasons for no offer")
		return nil
	}
	list = list[:min(len(list), maxOffers)]
	body := wideColumn(title(b.text(phrase.WhyTitle, nil)))
	used := false
	seen := map[string]bool{}
	for _, o := range list {
		body.contents = append(body.contents, separator(), title(b.name(o.Name)), paragraph(b.reason(o)))
		body.contents = append(body.contents, b.uses(o.Reason.Uses)...)
		facts := o.Reason.Facts[:min(len(o.Reason.Facts), maxFactsPerOffer)]
		if len(facts) == 0 {
			body.contents = append(body.contents, small(b.text(phrase.WhyNothing, nil)))
		}
		for _, fact := range facts {
			used = true
			value := string(fact.SKU)
			if fact.Plan {
				value = dialog.FactPlanUse
			}
			body.contents = append(body.contents, small(b.fact(fact)))
			if !seen[value] { // one button a fact, also when two offers rest on it
				seen[value] = true
				body.contents = append(body.contents, b.button(lookSecondary, phrase.LabelForget, dialog.PressForget, value, ""))
			}
		}
	}
	var footer *node
	if used {
		body.contents = append(body.contents, separator(), small(b.text(phrase.WhyFooter, nil)))
		footer = column(b.stopOffers())
	}
	return bubble(lookMega, nil, body, footer)
}

func (b *builder) fact(f offers.Fact) string {
	switch {
	case f.Plan:
		return b.text(phrase.WhyPlanUse, nil)
	case f.AtMS == 0:
		return b.text(phrase.WhyUndated, phrase.Params{"item": b.name(f.Name)})
	default:
		return b.text(phrase.WhyPurchase, phrase.Params{"date": b.date(f.AtMS), "item": b.name(f.Name)})
	}
}

// history lists the purchases in use, newest first, and the plan.
func (b *builder) history(part History) *node {
	body := wideColumn(title(b.text(phrase.HistoryTitle, nil)))
	if len(part.Purchases) == 0 && part.Plan == nil {
		body.contents = append(body.contents, paragraph(b.text(phrase.HistoryNone, nil)))
	}
	for i, line := range part.Purchases {
		if i == maxListed {
			more := strconv.Itoa(len(part.Purchases) - i)
			body.contents = append(body.contents, small(b.text(phrase.RenderMoreLines, phrase.Params{"count": more})))
			break
		}
		body.contents = append(body.contents, separator(), title(b.name(line.Name)), small(b.date(line.AtMS)),
			b.button(lookSecondary, phrase.LabelForget, dialog.PressForget, string(line.SKU), ""),
			b.button(lookSecondary, phrase.LabelGift, dialog.PressGift, string(line.SKU), ""))
	}
	if part.Plan != nil {
		body.contents = append(body.contents, separator(),
			title(b.text(phrase.HistoryPlan, phrase.Params{"name": b.name(part.PlanName)})),
			b.button(lookSecondary, phrase.LabelForget, dialog.PressForget, dialog.FactPlanUse, ""))
	}
	return bubble(lookMega, nil, body, nil)
}

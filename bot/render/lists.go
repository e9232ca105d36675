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
	body := vertical("md", title(b.text(phrase.StatusTitle, nil)))
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
		body.Contents = append(body.Contents, separator(), title(b.text(phrase.PurposeName(p), nil)),
			paragraph(b.standing(standing, part.Current)), b.button("secondary", label, act, string(p), ""))
	}
	footer := vertical("sm")
	if any {
		footer.Contents = append(footer.Contents, b.button("secondary", phrase.LabelStopAll, dialog.PressStopAll, "", ""))
	} else {
		footer = nil
	}
	return bubble("mega", nil, body, footer)
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
	body := vertical("md", title(b.text(phrase.WhyTitle, nil)))
	used := false
	seen := map[string]bool{}
	for _, o := range list {
		body.Contents = append(body.Contents, separator(), title(b.name(o.Name)), paragraph(b.reason(o)))
		body.Contents = append(body.Contents, b.uses(o.Reason.Uses)...)
		facts := o.Reason.Facts[:min(len(o.Reason.Facts), maxFactsPerOffer)]
		if len(facts) == 0 {
			body.Contents = append(body.Contents, small(b.text(phrase.WhyNothing, nil)))
		}
		for _, fact := range facts {
			used = true
			value := string(fact.SKU)
			if fact.Plan {
				value = dialog.FactPlanUse
			}
			body.Contents = append(body.Contents, small(b.fact(fact)))
			if !seen[value] { // one button a fact, also when two offers rest on it
				seen[value] = true
				body.Contents = append(body.Contents, b.button("secondary", phrase.LabelForget, dialog.PressForget, value, ""))
			}
		}
	}
	var footer *node
	if used {
		body.Contents = append(body.Contents, separator(), small(b.text(phrase.WhyFooter, nil)))
		footer = vertical("sm", b.stopOffers())
	}
	return bubble("mega", nil, body, footer)
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
	body := vertical("md", title(b.text(phrase.HistoryTitle, nil)))
	if len(part.Purchases) == 0 && part.Plan == nil {
		body.Contents = append(body.Contents, paragraph(b.text(phrase.HistoryNone, nil)))
	}
	for i, line := range part.Purchases {
		if i == maxListed {
			more := strconv.Itoa(len(part.Purchases) - i)
			body.Contents = append(body.Contents, small(b.text(phrase.RenderMoreLines, phrase.Params{"count": more})))
			break
		}
		body.Contents = append(body.Contents, separator(), title(b.name(line.Name)), small(b.date(line.AtMS)),
			b.button("secondary", phrase.LabelForget, dialog.PressForget, string(line.SKU), ""),
			b.button("secondary", phrase.LabelGift, dialog.PressGift, string(line.SKU), ""))
	}
	if part.Plan != nil {
		body.Contents = append(body.Contents, separator(),
			title(b.text(phrase.HistoryPlan, phrase.Params{"name": b.name(part.PlanName)})),
			b.button("secondary", phrase.LabelForget, dialog.PressForget, dialog.FactPlanUse, ""))
	}
	return bubble("mega", nil, body, nil)
}

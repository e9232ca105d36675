package render

import (
	"math"
	"strconv"

	"osusume/internal/ids"
	"osusume/internal/phrase"
	"osusume/offers"
)

// reason says in one line why the offer was made: facts only, and nothing when there are none to give. A number appears
// only when the engine counted it.
func (b *builder) reason(o offers.Offer) string {
	r := o.Reason
	switch r.Strategy {
	case offers.PlanUpgrade:
		return b.text(phrase.ReasonPlanUp, nil)
	case offers.PlanStepDown:
		return b.text(phrase.ReasonPlanDown, nil)
	case offers.PlanStay:
		return b.text(phrase.ReasonPlanStay, nil)
	case offers.Popular:
		if r.Buyers > 0 && r.FromMS != 0 && r.ToMS != 0 {
			return b.text(phrase.ReasonPopular, phrase.Params{
				"from": b.date(r.FromMS), "to": b.date(r.ToMS), "n": strconv.Itoa(r.Buyers),
			})
		}
		return b.text(phrase.ReasonShopPick, nil)
	case offers.BoughtTogether, offers.Accessory, offers.Upgrade, offers.Refill:
		if len(r.Facts) > 0 {
			return b.personal(r, r.Facts[0])
		}
		return b.text(phrase.ReasonShopPick, nil)
	default:
		return b.text(phrase.ReasonShopPick, nil)
	}
}

func (b *builder) personal(r offers.Reason, fact offers.Fact) string {
	item := b.name(fact.Name)
	switch r.Strategy {
	case offers.Accessory:
		return b.text(phrase.ReasonAccessory, phrase.Params{"date": b.date(fact.AtMS), "item": item})
	case offers.Refill:
		return b.text(phrase.ReasonRefill, phrase.Params{
			"date": b.date(fact.AtMS), "item": item, "days": strconv.Itoa(r.Days),
		})
	case offers.Upgrade:
		params := phrase.Params{"date": b.date(fact.AtMS), "item": item}
		switch {
		case r.Differs > 0:
			params["yen"] = r.Differs.String()
			return b.text(phrase.ReasonUpgradeMore, params)
		case r.Differs < 0:
			params["yen"] = (-r.Differs).String()
			return b.text(phrase.ReasonUpgradeLess, params)
		default:
			return b.text(phrase.ReasonUpgradeSame, params)
		}
	default:
		if r.Buyers > 0 && r.OfBuyers >= r.Buyers {
			return b.text(phrase.ReasonTogether, phrase.Params{
				"item": item, "of": strconv.Itoa(r.OfBuyers), "n": strconv.Itoa(r.Buyers),
			})
		}
		return b.text(phrase.ReasonTogetherPlain, phrase.Params{"item": item})
	}
}

// uses shows own plan use against what the plan includes.
func (b *builder) uses(uses []offers.Use) []*node {
	var lines []*node
	for i, u := range uses {
		if i == maxUses {
			lines = append(lines, small(b.text(phrase.RenderMoreLines, phrase.Params{"count": strconv.Itoa(len(uses) - i)})))
			break
		}
		params := phrase.Params{"name": b.name(u.Name), "used": amount(u.Used)}
		key := phrase.PlanUseFree
		if !u.Without {
			key = phrase.PlanUse
			params["limit"] = amount(u.Limit)
		}
		lines = append(lines, paragraph(b.text(key, params)))
	}
	return lines
}

func amount(v float64) string {
	return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
}

// difference says what a plan costs more or less a month.
func (b *builder) difference(y ids.Yen) string {
	switch {
	case y > 0:
		return b.text(phrase.PlanMore, phrase.Params{"yen": y.String()})
	case y < 0:
		return b.text(phrase.PlanLess, phrase.Params{"yen": (-y).String()})
	default:
		return b.text(phrase.PlanSame, nil)
	}
}

package offers_test

import (
	"math"
	"slices"
	"testing"

	"osusume/internal/ids"
	"osusume/offers"
)

func plan(id ids.PlanID, rank int, yen ids.Yen, cups, hours float64) offers.PlanInfo {
	p := offers.PlanInfo{ID: id, Name: "プラン" + string(id), PerMonth: yen, Rank: rank, Family: "カフェ", Limits: map[string]float64{}}
	if cups >= 0 {
		p.Limits["cups"] = cups
	}
	if hours >= 0 {
		p.Limits["hours"] = hours
	}
	return p
}

func TestComparePlans(t *testing.T) {
	t.Parallel()
	plans := []offers.PlanInfo{
		plan("top", 3, 3000, -1, -1), plan("light", 1, 980, 10, 2), plan("middle", 2, 1980, 20, 2),
		{ID: "other family", PerMonth: 1, Rank: 9, Family: "ジム"},
		plan("twin", 2, 1500, 100, 100), // same rank as middle: neither above nor below it
	}
	for name, c := range map[string]struct {
		on   ids.PlanID
		use  map[string]float64
		want offers.Strategy
		to   ids.PlanID
		by   ids.Yen
		uses []offers.Use
	}{
		"above the limit": {on: "light", use: map[string]float64{"cups": 14}, want: offers.PlanUpgrade, to: "twin", by: 520,
			uses: []offers.Use{{Name: "cups", Used: 14, Limit: 10}}},
		"above a limit that only the top lifts": {on: "middle", use: map[string]float64{"hours": 3}, want: offers.PlanUpgrade, to: "top", by: 1020,
			uses: []offers.Use{{Name: "hours", Used: 3, Limit: 2}}},
		"at the limit":            {on: "light", use: map[string]float64{"cups": 10}, want: offers.PlanStay, by: 520, uses: []offers.Use{{Name: "cups", Used: 10, Limit: 10}}},
		"little used":             {on: "middle", use: map[string]float64{"cups": 9, "hours": 1}, want: offers.PlanStepDown, to: "light", by: -1000, uses: []offers.Use{{Name: "cups", Used: 9, Limit: 10}, {Name: "hours", Used: 1, Limit: 2}}},
		"too near the lower":      {on: "middle", use: map[string]float64{"cups": 9.1}, want: offers.PlanStay, by: 1020, uses: []offers.Use{{Name: "cups", Used: 9.1, Limit: 20}}},
		"cheapest that covers":    {on: "top", use: map[string]float64{"cups": 1}, want: offers.PlanStepDown, to: "light", by: -2020, uses: []offers.Use{{Name: "cups", Used: 1, Limit: 10}}},
		"no use told":             {on: "middle"},
		"use that is no number":   {on: "middle", use: map[string]float64{"cups": math.NaN(), "hours": math.Inf(1), "x": -1}},
		"unknown plan":            {on: "gone", use: map[string]float64{"cups": 1}},
		"top, everything used":    {on: "top", use: map[string]float64{"cups": 1e9}, want: offers.PlanStay, uses: []offers.Use{{Name: "cups", Used: 1e9, Without: true}}},
		"alone in its own family": {on: "other family", use: map[string]float64{"visits": 1}, want: offers.PlanStay, uses: []offers.Use{{Name: "visits", Used: 1, Without: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			model := offers.NewModel(offers.NewCatalog(nil, plans), nil)
			req := offers.Request{NowMS: now, History: &offers.History{Membership: &offers.Membership{Plan: c.on, SinceMS: 5, Usage: c.use}}}
			d := model.ComparePlans(req)
			r := d.Offer.Reason
			if d.Strategy != c.want || d.Offer.Plan != c.to || r.Differs != c.by || !slices.Equal(r.Uses, c.uses) {
				t.Fatalf("%s to %q for %s more by %+v, want %s to %q for %s by %+v", d.Strategy, d.Offer.Plan, r.Differs, r.Uses, c.want, c.to, c.by, c.uses)
			}
			if c.want != "" && (r.Price != d.Current.PerMonth || len(r.Facts) != 1 || !r.Facts[0].Plan) {
				t.Errorf("reason %+v", r)
			}
			if c.to != "" {
				to, _ := model.Catalog().Plan(c.to)
				if r.Differs != to.PerMonth-d.Current.PerMonth || d.Offer.Price != to.PerMonth {
					t.Errorf("difference %s is not that of %s and %s", r.Differs, to.PerMonth, d.Current.PerMonth)
				}
			}
			req.Marks = []offers.Mark{{Kind: offers.MarkForget, Value: "\x00plan"}}
			if got := model.ComparePlans(req); got.Strategy != "" || got.Current.ID != "" {
				t.Errorf("asked to forget, and still %+v", got)
			}
			req.History = nil
			if got := model.ComparePlans(req); got.Strategy != "" {
				t.Errorf("without a grant: %+v", got)
			}
		})
	}
}

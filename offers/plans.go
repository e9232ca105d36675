package offers

import (
	"cmp"
	"math"
	"slices"
)

// A lower plan is offered when it covers the month's use with a tenth to spare: use varies, and a plan that turns out too
// small costs more trust than it saves yen.
const stepDownShare = 0.9

// planUseFact is the Value of a MarkForget that concerns the plan use; dialog.FactPlanUse is the same.
const planUseFact = "\x00plan"

// ComparePlans compares the person's plan with the others of its family by the person's own month of use.
//
//   - PlanUpgrade: use exceeds a limit of the current plan, and the next plan above that covers more of it. The uses are
//     against the current plan's limits.
//   - PlanStepDown: a cheaper plan covers the use with a tenth to spare; of several the cheapest. The uses are against
//     that plan's limits.
//   - PlanStay: neither, so the current plan is the right one. Only its Reason is set: Price is the current plan's,
//     Differs what the next plan above would cost more (0 when there is none).
//   - Empty with Current set: the plan is known and its use is not, so nothing can be said honestly.
//   - Empty: no grant, no plan, a plan the shop does not have, or the person asked not to use the plan use.
//
// It answers a question the person asked, so a plan declined before is compared all the same.
func (m *Model) ComparePlans(req Request) PlanDecision {
	if req.History == nil || req.History.Membership == nil {
		return PlanDecision{}
	}
	for _, mark := range req.Marks {
		if mark.Kind == MarkForget && mark.Value == planUseFact && (mark.UntilMS == 0 || req.NowMS < mark.UntilMS) {
			return PlanDecision{}
		}
	}
	member := req.History.Membership
	current, ok := m.catalog.Plan(member.Plan)
	if !ok {
		return PlanDecision{}
	}
	d := PlanDecision{Current: current}
	use := cleanUse(member.Usage)
	if len(use) == 0 {
		return d
	}
	rungs := m.catalog.family(current.Family)
	at := 0
	for rungs[at].ID != current.ID {
		at++
	}
	fact := Fact{Name: current.Name, AtMS: member.SinceMS, Plan: true}
	if exceeded(use, current) > 0 {
		for _, next := range rungs[at+1:] {
			if next.Rank > current.Rank && exceeded(use, next) < exceeded(use, current) {
				return d.with(PlanUpgrade, next, fact, usesOf(use, current))
			}
		}
	}
	best := -1
	for i := range rungs {
		if rungs[i].Rank < current.Rank && rungs[i].PerMonth < current.PerMonth && covers(use, rungs[i], stepDownShare) &&
			(best < 0 || rungs[i].PerMonth < rungs[best].PerMonth) {
			best = i
		}
	}
	if best >= 0 {
		return d.with(PlanStepDown, rungs[best], fact, usesOf(use, rungs[best]))
	}
	d.Strategy = PlanStay
	d.Offer.Strategy = PlanStay
	d.Offer.Reason = Reason{Strategy: PlanStay, Facts: []Fact{fact}, Price: current.PerMonth, Uses: usesOf(use, current)}
	for _, next := range rungs[at+1:] {
		if next.Rank > current.Rank {
			d.Offer.Reason.Differs = next.PerMonth - current.PerMonth
			break
		}
	}
	return d
}

func (d PlanDecision) with(strategy Strategy, to PlanInfo, fact Fact, uses []Use) PlanDecision {
	d.Strategy = strategy
	d.Offer = Offer{
		Strategy: strategy, Plan: to.ID, Name: to.Name, Price: to.PerMonth, PageURL: to.PageURL, Propensity: 1,
		Reason: Reason{
			Strategy: strategy, Facts: []Fact{fact}, Price: d.Current.PerMonth,
			Differs: to.PerMonth - d.Current.PerMonth, Uses: uses,
		},
	}
	return d
}

// measure is one named use of a month.
type measure struct {
	name string
	used float64
}

// cleanUse lists the measures by name, without those that are no amount.
func cleanUse(usage map[string]float64) []measure {
	use := make([]measure, 0, len(usage))
	for name, used := range usage {
		if !math.IsNaN(used) && !math.IsInf(used, 0) && used >= 0 {
			use = append(use, measure{name: name, used: used})
		}
	}
	slices.SortFunc(use, func(a, b measure) int { return cmp.Compare(a.name, b.name) })
	return use
}

// limitOf is what a plan includes of a measure; false when the plan sets no limit.
func limitOf(p PlanInfo, name string) (float64, bool) {
	limit, limited := p.Limits[name]
	return max(limit, 0), limited && !math.IsNaN(limit) && !math.IsInf(limit, 0)
}

// exceeded counts the measures of which more was used than a plan includes.
func exceeded(use []measure, p PlanInfo) (n int) {
	for _, m := range use {
		if limit, limited := limitOf(p, m.name); limited && m.used > limit {
			n++
		}
	}
	return n
}

// covers reports whether the use stays within a share of every limit.
func covers(use []measure, p PlanInfo, share float64) bool {
	for _, m := range use {
		if limit, limited := limitOf(p, m.name); limited && m.used > share*limit {
			return false
		}
	}
	return true
}

// usesOf sets the use against a plan's limits.
func usesOf(use []measure, p PlanInfo) []Use {
	uses := make([]Use, len(use))
	for i, m := range use {
		limit, limited := limitOf(p, m.name)
		uses[i] = Use{Name: m.name, Used: m.used, Limit: limit, Without: !limited}
	}
	return uses
}

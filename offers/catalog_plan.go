package offers

import (
	"cmp"
	"slices"

	"osusume/internal/ids"
)

// Plan returns the plan with an id; false when the shop has none.
func (c *Catalog) Plan(id ids.PlanID) (PlanInfo, bool) {
	i, ok := c.planIndex[id]
	if !ok {
		return PlanInfo{}, false
	}
	return c.plans[i], true
}

func (c *Catalog) addPlans(plans []PlanInfo) {
	last := make(map[ids.PlanID]int, len(plans))
	for i := range plans {
		last[plans[i].ID] = i
	}
	for i := range plans {
		if last[plans[i].ID] == i {
			c.plans = append(c.plans, plans[i])
		}
	}
	slices.SortFunc(c.plans, func(a, b PlanInfo) int {
		return cmp.Or(cmp.Compare(a.Family, b.Family), cmp.Compare(a.Rank, b.Rank),
			cmp.Compare(a.PerMonth, b.PerMonth), cmp.Compare(a.ID, b.ID))
	})
	c.planIndex = make(map[ids.PlanID]int, len(c.plans))
	for i := range c.plans {
		c.planIndex[c.plans[i].ID] = i
	}
}

// family returns the plans of one family, lowest rank first.
func (c *Catalog) family(name string) []PlanInfo {
	from, _ := slices.BinarySearchFunc(c.plans, name, func(p PlanInfo, f string) int { return cmp.Compare(p.Family, f) })
	to := from
	for to < len(c.plans) && c.plans[to].Family == name {
		to++
	}
	return c.plans[from:to]
}

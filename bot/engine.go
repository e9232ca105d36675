package bot

import (
	"osusume/internal/ids"
	"osusume/offers"
)

// Engine is what turns ask about the shop's articles. One Engine is used for a whole batch and never changes.
type Engine interface {
	Recommend(offers.Request) offers.Decision
	ComparePlans(offers.Request) offers.PlanDecision
	Product(ids.SKU) (offers.Product, bool)
	Plan(ids.PlanID) (offers.PlanInfo, bool)
}

// Knowledge joins a model with the catalog it was made from, which names what a model only refers to.
type Knowledge struct {
	*offers.Model
	*offers.Catalog
}

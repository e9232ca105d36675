package offers

// Model decides what is suggested to one person. It never changes and is safe for concurrent use.
type Model struct {
	catalog *Catalog
	learned *Learned
}

// NewModel joins a catalog with what was learned; learned may be nil.
func NewModel(catalog *Catalog, learned *Learned) *Model {
	return &Model{catalog: catalog, learned: learned}
}

// Recommend decides what is offered.
func (m *Model) Recommend(req Request) Decision { return Decision{} }

// ComparePlans compares the person's plan with the others of its family, from own use.
func (m *Model) ComparePlans(req Request) PlanDecision { return PlanDecision{} }

package offers

import "osusume/internal/ids"

// Catalog is immutable.
type Catalog struct {
	products []Product
	index    map[ids.SKU]int32
}

// NewCatalog builds.
func NewCatalog(products []Product, plans []PlanInfo) *Catalog { return &Catalog{products: products} }

// Len is the number of products.
func (c *Catalog) Len() int { return len(c.products) }

// Product returns the product with a SKU.
func (c *Catalog) Product(sku ids.SKU) (Product, bool) { return Product{}, false }

// Plan returns the plan with an id.
func (c *Catalog) Plan(id ids.PlanID) (PlanInfo, bool) { return PlanInfo{}, false }

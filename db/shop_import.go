package db

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"osusume/db/dialect"
	"osusume/internal/ids"
	"osusume/internal/shopfile"
	"osusume/offers"
)

const (
	// ImportBatch is the number of rows to hand to an import at once: one transaction. SQLite writes whole pages, and the
	// more rows of one customer share a transaction the fewer it writes; beyond this, memory grows and nothing is won.
	ImportBatch     = 20_000
	importDeadline  = 5 * time.Minute
	catalogDeadline = time.Minute
)

// Refused is a row that the store did not take, by its place in the slice that was handed in.
type Refused struct {
	Index  int
	Reason string
}

// Imported says what became of the rows of an import. Every row is in exactly one of the four.
type Imported struct {
	Inserted, Updated, Unchanged int64
	Rejected                     []Refused
}

func (r *Imported) add(more Imported, offset int) {
	r.Inserted += more.Inserted
	r.Updated += more.Updated
	r.Unchanged += more.Unchanged
	for _, refused := range more.Rejected {
		r.Rejected = append(r.Rejected, Refused{refused.Index + offset, refused.Reason})
	}
}

// Reasons of refusal, for the shop's staff.
const (
	refusedErased     = "customer_id: this customer asked for deletion; rows are refused until they link their account anew"
	refusedLinkedID   = "customer_id: already linked to another LINE account"
	refusedLinkedLINE = "line_user_id: already linked to another customer"
)

// inBatches runs one transaction a batch. What was committed before an error stays; the same import again is harmless.
func inBatches[T any](ctx context.Context, s *Store, rows []T, do func(ctx context.Context, tx *dialect.Tx, rows []T) (Imported, error)) (Imported, error) {
	var total Imported
	for from := 0; from < len(rows); from += ImportBatch {
		batch := rows[from:min(len(rows), from+ImportBatch)]
		var result Imported
		err := s.d.Do(ctx, dialect.Mode{Deadline: importDeadline}, func(ctx context.Context, tx *dialect.Tx) error {
			if tx.Kind() == dialect.SQLite {
				// The inner pages of a table of a million rows do not fit the default of 2 MB.
				if err := tx.Script(ctx, `PRAGMA cache_size = -65536`); err != nil {
					return err
				}
			}
			var err error
			result, err = do(ctx, tx, batch)
			return err
		})
		if err != nil {
			return total, fmt.Errorf("db: import: %w", err)
		}
		total.add(result, from)
	}
	return total, nil
}

// lastOf keeps the last row of each key, since one statement may touch a row of the database only once.
func lastOf[T any, K comparable](rows []T, key func(*T) K) []T {
	place := make(map[K]int, len(rows))
	out := make([]T, 0, len(rows))
	for i := range rows {
		k := key(&rows[i])
		if at, seen := place[k]; seen {
			out[at] = rows[i]
			continue
		}
		place[k] = len(out)
		out = append(out, rows[i])
	}
	return out
}

// counted derives the result of an upsert from the rows given, those that existed before and those that were written.
func counted(given int, distinct int, existed int64, written int64) Imported {
	inserted := int64(distinct) - existed
	return Imported{Inserted: inserted, Updated: written - inserted, Unchanged: int64(given) - written}
}

func list[T any](values []T) (string, error) {
	if len(values) == 0 {
		return "[]", nil
	}
	text, err := json.Marshal(values)
	return string(text), err
}

// ImportProducts inserts or updates products; those not named stay as they are.
func (s *Store) ImportProducts(ctx context.Context, rows []shopfile.Product) (Imported, error) {
	return inBatches(ctx, s, rows, importProducts)
}

func importProducts(ctx context.Context, tx *dialect.Tx, given []shopfile.Product) (Imported, error) {
	rows := lastOf(given, func(p *shopfile.Product) ids.SKU { return p.SKU })
	tags, related := make([]string, len(rows)), make([]string, len(rows))
	for i, p := range rows {
		text, err := json.Marshal(relations{p.AccessoryOf, p.UpgradeOf, p.Bundles, p.SubscriptionOf, p.WarrantyOf, p.Requires})
		if err != nil {
			return Imported{}, err
		}
		related[i] = string(text)
		if tags[i], err = list(p.Tags); err != nil {
			return Imported{}, err
		}
	}
	text := func(name string, get func(*shopfile.Product) string) dialect.Column {
		return dialect.Text(name, dialect.Of(rows, get))
	}
	number := func(name string, get func(*shopfile.Product) int64) dialect.Column {
		return dialect.Int(name, dialect.Of(rows, get))
	}
	sku := dialect.Text("sku", dialect.Of(rows, func(p *shopfile.Product) ids.SKU { return p.SKU }))
	var existed int64
	if err := tx.Get(ctx, &existed, `SELECT count(*) FROM product WHERE sku IN (SELECT s.sku FROM {set})`, dialect.Rows(sku)); err != nil {
		return Imported{}, err
	}
	written, err := tx.Exec(ctx, `INSERT INTO product AS p (sku, name, price, category, brand, description, image_url, page_url, tags, stock,
			tier, cost, life_days, sensitive, min_age, season_from, season_to, active, relations)
		SELECT s.sku, s.name, s.price, s.category, s.brand, s.description, s.image_url, s.page_url, s.tags, s.stock, s.tier, s.cost,
			s.life_days, s.sensitive, s.min_age, s.season_from, s.season_to, s.active, s.relations
		FROM {set} WHERE true ON CONFLICT (sku) DO UPDATE SET name = excluded.name, price = excluded.price, category = excluded.category,
			brand = excluded.brand, description = excluded.description, image_url = excluded.image_url, page_url = excluded.page_url,
			tags = excluded.tags, stock = excluded.stock, tier = excluded.tier, cost = excluded.cost, life_days = excluded.life_days,
			sensitive = excluded.sensitive, min_age = excluded.min_age, season_from = excluded.season_from, season_to = excluded.season_to,
			active = excluded.active, relations = excluded.relations
		WHERE (p.name, p.price, p.category, p.brand, p.description, p.image_url, p.page_url, p.tags, p.stock, p.tier, p.cost, p.life_days,
				p.sensitive, p.min_age, p.season_from, p.season_to, p.active, p.relations)
			<> (excluded.name, excluded.price, excluded.category, excluded.brand, excluded.description, excluded.image_url, excluded.page_url,
				excluded.tags, excluded.stock, excluded.tier, excluded.cost, excluded.life_days, excluded.sensitive, excluded.min_age,
				excluded.season_from, excluded.season_to, excluded.active, excluded.relations)`,
		dialect.Rows(
			sku, text("name", func(p *shopfile.Product) string { return p.Name }),
			number("price", func(p *shopfile.Product) int64 { return int64(p.Price) }),
			text("category", func(p *shopfile.Product) string { return p.Category }), text("brand", func(p *shopfile.Product) string { return p.Brand }),
			text("description", func(p *shopfile.Product) string { return p.Description }),
			text("image_url", func(p *shopfile.Product) string { return p.ImageURL }), text("page_url", func(p *shopfile.Product) string { return p.PageURL }),
			dialect.Text("tags", tags), number("stock", func(p *shopfile.Product) int64 { return p.Stock }),
			text("tier", func(p *shopfile.Product) string { return p.Tier }), number("cost", func(p *shopfile.Product) int64 { return int64(p.Cost) }),
			number("life_days", func(p *shopfile.Product) int64 { return int64(p.LifeDays) }),
			number("sensitive", func(p *shopfile.Product) int64 { return dialect.Truth(p.Sensitive) }),
			number("min_age", func(p *shopfile.Product) int64 { return int64(p.MinAge) }),
			text("season_from", func(p *shopfile.Product) string { return p.SeasonFrom }), text("season_to", func(p *shopfile.Product) string { return p.SeasonTo }),
			number("active", func(p *shopfile.Product) int64 { return dialect.Truth(p.Active) }), dialect.Text("relations", related),
		))
	return finishCatalog(ctx, tx, counted(len(given), len(rows), existed, written), err)
}

func finishCatalog(ctx context.Context, tx *dialect.Tx, result Imported, err error) (Imported, error) {
	if err != nil {
		return Imported{}, err
	}
	if result.Inserted+result.Updated == 0 {
		return result, nil
	}
	return result, bump(ctx, tx, "catalog_version")
}

// ImportPlans inserts or updates plans; those not named stay as they are.
func (s *Store) ImportPlans(ctx context.Context, rows []shopfile.Plan) (Imported, error) {
	return inBatches(ctx, s, rows, importPlans)
}

func importPlans(ctx context.Context, tx *dialect.Tx, given []shopfile.Plan) (Imported, error) {
	rows := lastOf(given, func(p *shopfile.Plan) ids.PlanID { return p.ID })
	benefits, limits := make([]string, len(rows)), make([]string, len(rows))
	for i, p := range rows {
		var err error
		if benefits[i], err = list(p.Benefits); err != nil {
			return Imported{}, err
		}
		if limits[i], err = limitsText(p.PlanInfo); err != nil {
			return Imported{}, err
		}
	}
	text := func(name string, get func(*shopfile.Plan) string) dialect.Column {
		return dialect.Text(name, dialect.Of(rows, get))
	}
	number := func(name string, get func(*shopfile.Plan) int) dialect.Column {
		return dialect.Int(name, dialect.Of(rows, get))
	}
	plan := dialect.Text("plan", dialect.Of(rows, func(p *shopfile.Plan) ids.PlanID { return p.ID }))
	var existed int64
	if err := tx.Get(ctx, &existed, `SELECT count(*) FROM plan WHERE plan IN (SELECT s.plan FROM {set})`, dialect.Rows(plan)); err != nil {
		return Imported{}, err
	}
	written, err := tx.Exec(ctx, `INSERT INTO plan AS p (plan, name, per_month, rank, family, benefits, limits, trial_days, page_url)
		SELECT s.plan, s.name, s.per_month, s.rank, s.family, s.benefits, s.limits, s.trial_days, s.page_url FROM {set}
		WHERE true ON CONFLICT (plan) DO UPDATE SET name = excluded.name, per_month = excluded.per_month, rank = excluded.rank,
			family = excluded.family, benefits = excluded.benefits, limits = excluded.limits, trial_days = excluded.trial_days,
			page_url = excluded.page_url
		WHERE (p.name, p.per_month, p.rank, p.family, p.benefits, p.limits, p.trial_days, p.page_url) <> (excluded.name,
			excluded.per_month, excluded.rank, excluded.family, excluded.benefits, excluded.limits, excluded.trial_days, excluded.page_url)`,
		dialect.Rows(
			plan, text("name", func(p *shopfile.Plan) string { return p.Name }),
			number("per_month", func(p *shopfile.Plan) int { return int(p.PerMonth) }), number("rank", func(p *shopfile.Plan) int { return p.Rank }),
			text("family", func(p *shopfile.Plan) string { return p.Family }), dialect.Text("benefits", benefits), dialect.Text("limits", limits),
			number("trial_days", func(p *shopfile.Plan) int { return p.TrialDays }), text("page_url", func(p *shopfile.Plan) string { return p.PageURL }),
		))
	return finishCatalog(ctx, tx, counted(len(given), len(rows), existed, written), err)
}

func limitsText(p offers.PlanInfo) (string, error) {
	if p.Limits == nil {
		return "{}", nil
	}
	text, err := json.Marshal(p.Limits) // sorted by name, so equal limits are equal texts
	return string(text), err
}

// ImportPrices inserts or updates the price history.
func (s *Store) ImportPrices(ctx context.Context, rows []shopfile.Price) (Imported, error) {
	return inBatches(ctx, s, rows, importPrices)
}

func importPrices(ctx context.Context, tx *dialect.Tx, given []shopfile.Price) (Imported, error) {
	type key struct {
		sku  ids.SKU
		from int64
	}
	rows := lastOf(given, func(p *shopfile.Price) key { return key{p.SKU, p.FromMS} })
	set := dialect.Rows(
		dialect.Text("sku", dialect.Of(rows, func(p *shopfile.Price) ids.SKU { return p.SKU })),
		dialect.Int("from_ms", dialect.Of(rows, func(p *shopfile.Price) int64 { return p.FromMS })),
		dialect.Int("price", dialect.Of(rows, func(p *shopfile.Price) ids.Yen { return p.Price })))
	var existed int64
	if err := tx.Get(ctx, &existed, `SELECT count(*) FROM {set} JOIN price p ON p.sku = s.sku AND p.from_ms = s.from_ms`, set); err != nil {
		return Imported{}, err
	}
	written, err := tx.Exec(ctx, `INSERT INTO price AS p (sku, from_ms, price) SELECT s.sku, s.from_ms, s.price FROM {set}
		WHERE true ON CONFLICT (sku, from_ms) DO UPDATE SET price = excluded.price WHERE p.price <> excluded.price`, set)
	if err != nil {
		return Imported{}, err
	}
	return counted(len(given), len(rows), existed, written), nil
}

package db

import (
	"context"
	"encoding/json"
	"fmt"

	"osusume/db/dialect"
	"osusume/internal/fault"
	"osusume/internal/ids"
	"osusume/offers"
)

// relations is the JSON of the column of that name.
type relations struct {
	AccessoryOf    []ids.SKU       `json:"accessory_of,omitempty"`
	UpgradeOf      []ids.SKU       `json:"upgrade_of,omitempty"`
	Bundles        []offers.Bundle `json:"bundles,omitempty"`
	SubscriptionOf []ids.SKU       `json:"subscription_of,omitempty"`
	WarrantyOf     []ids.SKU       `json:"warranty_of,omitempty"`
	Requires       []ids.SKU       `json:"requires,omitempty"`
}

type productRow struct {
	SKU         string `db:"sku"`
	Name        string `db:"name"`
	Price       int64  `db:"price"`
	Category    string `db:"category"`
	Brand       string `db:"brand"`
	Description string `db:"description"`
	ImageURL    string `db:"image_url"`
	PageURL     string `db:"page_url"`
	Tags        string `db:"tags"`
	Stock       int64  `db:"stock"`
	Tier        string `db:"tier"`
	Cost        int64  `db:"cost"`
	LifeDays    int64  `db:"life_days"`
	Sensitive   int64  `db:"sensitive"`
	MinAge      int64  `db:"min_age"`
	SeasonFrom  string `db:"season_from"`
	SeasonTo    string `db:"season_to"`
	Active      int64  `db:"active"`
	Relations   string `db:"relations"`
}

func (r *productRow) product() (offers.Product, error) {
	p := offers.Product{
		SKU: ids.SKU(r.SKU), Name: r.Name, Price: ids.Yen(r.Price), Category: r.Category, Brand: r.Brand, Description: r.Description,
		ImageURL: r.ImageURL, PageURL: r.PageURL, Stock: r.Stock, Tier: r.Tier, Cost: ids.Yen(r.Cost), LifeDays: int(r.LifeDays),
		Sensitive: r.Sensitive != 0, MinAge: int(r.MinAge), SeasonFrom: r.SeasonFrom, SeasonTo: r.SeasonTo, Active: r.Active != 0,
	}
	if r.Tags != "[]" {
		if err := json.Unmarshal([]byte(r.Tags), &p.Tags); err != nil {
			return p, fmt.Errorf("the tags of a stored product cannot be read: %w", err)
		}
	}
	if r.Relations != "{}" {
		var rel relations
		if err := json.Unmarshal([]byte(r.Relations), &rel); err != nil {
			return p, fmt.Errorf("the relations of a stored product cannot be read: %w", err)
		}
		p.AccessoryOf, p.UpgradeOf, p.Bundles = rel.AccessoryOf, rel.UpgradeOf, rel.Bundles
		p.SubscriptionOf, p.WarrantyOf, p.Requires = rel.SubscriptionOf, rel.WarrantyOf, rel.Requires
	}
	return p, nil
}

type planRow struct {
	Plan     string `db:"plan"`
	Name     string `db:"name"`
	PerMonth int64  `db:"per_month"`
	Rank     int64  `db:"rank"`
	Family   string `db:"family"`
	Benefits string `db:"benefits"`
	Limits   string `db:"limits"`
	PageURL  string `db:"page_url"`
}

func (r *planRow) plan() (offers.PlanInfo, error) {
	p := offers.PlanInfo{ID: ids.PlanID(r.Plan), Name: r.Name, PerMonth: ids.Yen(r.PerMonth), Rank: int(r.Rank), Family: r.Family, PageURL: r.PageURL}
	if err := json.Unmarshal([]byte(r.Benefits), &p.Benefits); err != nil {
		return p, fmt.Errorf("the benefits of a stored plan cannot be read: %w", err)
	}
	if err := json.Unmarshal([]byte(r.Limits), &p.Limits); err != nil {
		return p, fmt.Errorf("the limits of a stored plan cannot be read: %w", err)
	}
	return p, nil
}

// Catalog gives all products and plans, in the order of their identifiers.
func (s *Store) Catalog(ctx context.Context) ([]offers.Product, []offers.PlanInfo, error) {
	var products []offers.Product
	var plans []offers.PlanInfo
	err := s.d.Do(ctx, dialect.Mode{ReadOnly: true, Deadline: catalogDeadline}, func(ctx context.Context, tx *dialect.Tx) error {
		var rows []productRow
		if err := tx.Select(ctx, &rows, `SELECT sku, name, price, category, brand, description, image_url, page_url, tags, stock, tier, cost,
			life_days, sensitive, min_age, season_from, season_to, active, relations FROM product ORDER BY sku`); err != nil {
			return err
		}
		products = make([]offers.Product, len(rows))
		for i := range rows {
			var err error
			if products[i], err = rows[i].product(); err != nil {
				return err
			}
		}
		var planRows []planRow
		if err := tx.Select(ctx, &planRows, `SELECT plan, name, per_month, rank, family, benefits, limits, page_url FROM plan ORDER BY plan`); err != nil {
			return err
		}
		plans = make([]offers.PlanInfo, len(planRows))
		for i := range planRows {
			var err error
			if plans[i], err = planRows[i].plan(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("db: catalog: %w", err)
	}
	return products, plans, nil
}

// Versions gives the numbers that grow whenever the catalog was imported or something was learned.
func (s *Store) Versions(ctx context.Context) (catalog, learned int64, err error) {
	var rows []struct {
		Name  string `db:"name"`
		Value int64  `db:"value"`
	}
	if err := s.d.Select(ctx, &rows, `SELECT name, value FROM counter WHERE name IN ('catalog_version', 'learned_version')`); err != nil {
		return 0, 0, fmt.Errorf("db: versions: %w", err)
	}
	for _, r := range rows {
		if r.Name == "catalog_version" {
			catalog = r.Value
		} else {
			learned = r.Value
		}
	}
	return catalog, learned, nil
}

func bump(ctx context.Context, tx *dialect.Tx, name string) error {
	_, err := tx.Exec(ctx, `UPDATE counter SET value = value + 1 WHERE name = $1`, name)
	return err
}

// SaveLearned stores what was learned in place of what was there.
func (s *Store) SaveLearned(ctx context.Context, nowMS int64, body []byte) error {
	err := s.d.Do(ctx, dialect.Mode{Deadline: catalogDeadline}, func(ctx context.Context, tx *dialect.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO learned (id, saved_ms, body) VALUES (1, $1, $2)
			ON CONFLICT (id) DO UPDATE SET saved_ms = excluded.saved_ms, body = excluded.body`, nowMS, body); err != nil {
			return err
		}
		return bump(ctx, tx, "learned_version")
	})
	if err != nil {
		return fmt.Errorf("db: save learned: %w", err)
	}
	return nil
}

// LoadLearned gives what SaveLearned stored last and when; fault.NotFound when nothing was learned yet.
func (s *Store) LoadLearned(ctx context.Context) (body []byte, savedMS int64, err error) {
	var row struct {
		Body    []byte `db:"body"`
		SavedMS int64  `db:"saved_ms"`
	}
	if err := s.d.Get(ctx, &row, `SELECT body, saved_ms FROM learned WHERE id = 1`); err != nil {
		return nil, 0, fault.New(fault.KindOf(err), "db: load learned", err)
	}
	return row.Body, row.SavedMS, nil
}

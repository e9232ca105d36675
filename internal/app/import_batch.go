package app

import (
	"context"
	"fmt"

	"osusume/db"
	"osusume/internal/clock"
	"osusume/internal/shopfile"
)

// importRows is how many records are handed to the store at once. It bounds memory, whatever the size of the file.
const importRows = 4000

// batch gathers records of one kind and hands them to the store. Rows are kept beside them, so that one the store
// refuses can be named by its line.
type batch struct {
	im        *importer
	report    *rejections
	products  []shopfile.Product
	plans     []shopfile.Plan
	customers []shopfile.Customer
	purchases []shopfile.Purchase
	links     []shopfile.Link
	prices    []shopfile.Price
	rows      []shopfile.Rejection
}

func (im *importer) newBatch(report *rejections) *batch { return &batch{im: im, report: report} }

func (b *batch) add(ctx context.Context, record shopfile.Record, reader *shopfile.Reader, result *imported) error {
	switch r := record.(type) {
	case shopfile.Product:
		b.products = append(b.products, r)
	case shopfile.Plan:
		b.plans = append(b.plans, r)
	case shopfile.Customer:
		b.customers = append(b.customers, r)
	case shopfile.Purchase:
		b.purchases = append(b.purchases, r)
	case shopfile.Link:
		b.links = append(b.links, r)
	case shopfile.Price:
		b.prices = append(b.prices, r)
	default:
		return fmt.Errorf("import: no place for a %T", record)
	}
	b.rows = append(b.rows, reader.Refuse(""))
	if len(b.rows) < importRows {
		return nil
	}
	return b.flush(ctx, result)
}

// flush hands over what was gathered. A dry run only forgets it.
func (b *batch) flush(ctx context.Context, result *imported) error {
	if len(b.rows) == 0 {
		return nil
	}
	defer b.clear()
	if b.im.dryRun {
		return nil
	}
	done, err := b.store(ctx)
	result.Inserted += done.Inserted
	result.Updated += done.Updated
	result.Unchanged += done.Unchanged
	if err != nil {
		return err
	}
	for _, refused := range done.Rejected {
		row := b.rows[refused.Index]
		row.Reason = refused.Reason
		if err := b.report.add(row); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) store(ctx context.Context) (db.Imported, error) {
	store, nowMS := b.im.store, clock.Millis(b.im.clock)
	switch b.im.kind {
	case shopfile.Products:
		return store.ImportProducts(ctx, b.products)
	case shopfile.Plans:
		return store.ImportPlans(ctx, b.plans)
	case shopfile.Customers:
		return store.ImportCustomers(ctx, nowMS, b.customers)
	case shopfile.Purchases:
		return store.ImportPurchases(ctx, b.purchases)
	case shopfile.Links:
		rows, err := b.sealedLinks()
		if err != nil {
			return db.Imported{}, err
		}
		return store.ImportLinks(ctx, nowMS, rows)
	case shopfile.Prices:
		return store.ImportPrices(ctx, b.prices)
	default:
		return db.Imported{}, fmt.Errorf("import: no store for %s", b.im.kind)
	}
}

// sealedLinks takes the LINE user ids out of sight: what is stored is a keyed hash, and the id sealed under a key of its
// own.
func (b *batch) sealedLinks() ([]db.LinkRow, error) {
	rows := make([]db.LinkRow, len(b.links))
	for i, link := range b.links {
		key, wrapped, err := b.im.ring.NewDataKey()
		if err != nil {
			return nil, err
		}
		subject := b.im.ring.Subject(link.LineUserID)
		rows[i] = db.LinkRow{
			Customer: link.Customer, Subject: subject, WrappedKey: wrapped,
			LineID: key.Seal([]byte(link.LineUserID), string(subject)),
		}
	}
	return rows, nil
}

func (b *batch) clear() {
	clear(b.rows) // their text would stay in memory otherwise
	b.products, b.plans, b.customers, b.purchases = b.products[:0], b.plans[:0], b.customers[:0], b.purchases[:0]
	b.links, b.prices, b.rows = b.links[:0], b.prices[:0], b.rows[:0]
}

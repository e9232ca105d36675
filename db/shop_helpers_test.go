package db_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"osusume/db"
	"osusume/db/consent"
	"osusume/db/dbtest"
	"osusume/db/dialect"
	"osusume/internal/ids"
	"osusume/internal/shopfile"
	"osusume/offers"

	ledger "osusume/internal/consent"
)

const (
	noonMS = int64(1_750_000_000_000)
	dayMS  = int64(86_400_000)
	notice = "n1"
)

// shop is a fresh store under the server's role, beside the same database without the Store's manners.
type shop struct {
	*db.Store
	d     *dialect.DB
	url   string
	owner string // Postgres: the owner's URL
}

var roles sync.Mutex // roles belong to the whole cluster, and two statements on one at once fail

func eachShop(t *testing.T, suite func(t *testing.T, s shop)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		address := dbtest.SQLite(t)
		suite(t, shop{dbtest.Open(t, address), openDialect(t, address), address, address})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		owner, _ := dbtest.Postgres(t)
		suite(t, asServer(t, owner, owner))
	})
}

// asServer makes a server's role in the owner's database and opens the store under it. A superuser removes it again.
func asServer(t testing.TB, owner, super string) shop {
	t.Helper()
	name := "app_" + strings.ToLower(rand.Text()[:12])
	ownerStore := dbtest.Open(t, owner)
	roles.Lock()
	err := ownerStore.CreateAppRole(t.Context(), name, "long enough")
	roles.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		roles.Lock()
		defer roles.Unlock()
		d, err := dialect.Open(context.Background(), super, dialect.Options{})
		if err == nil {
			_, err = d.Writer().Exec(fmt.Sprintf(`DROP OWNED BY %s; DROP ROLE %s`, name, name))
			_ = d.Close()
		}
		if err != nil {
			t.Errorf("drop the role: %v", err)
		}
	})
	u, err := url.Parse(owner)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(name, "long enough")
	return shop{dbtest.Open(t, u.String()), openDialect(t, u.String()), u.String(), owner}
}

func openDialect(t testing.TB, address string) *dialect.DB {
	t.Helper()
	d, err := dialect.Open(context.Background(), address, dialect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func (s shop) do(t testing.TB, fn func(ctx context.Context, tx *dialect.Tx) error) {
	t.Helper()
	if err := s.d.Do(context.Background(), dialect.Mode{}, fn); err != nil {
		t.Fatal(err)
	}
}

func (s shop) append(t testing.TB, events ...ledger.Event) {
	t.Helper()
	s.do(t, func(ctx context.Context, tx *dialect.Tx) error { return consent.Append(ctx, tx, events) })
}

func decided(id string, subject ids.Subject, state ledger.State, atMS int64, purposes ...ids.Purpose) ledger.Event {
	if purposes == nil {
		purposes = ids.Purposes()
	}
	e := ledger.Event{
		ID: id, Subject: subject, State: state, Purposes: purposes, AtMS: atMS, ReceivedMS: atMS + 5, Method: ledger.ByButton,
		NoticeVersion: notice, NoticeSHA256: "aa", Lang: ids.Japanese, NonceHash: "nn", EventID: ids.EventID(id), Actor: "customer",
	}
	if state == ledger.Given {
		e.ValidUntilMS = atMS + 100*dayMS
	}
	return e
}

func (s shop) products(t testing.TB, products ...shopfile.Product) {
	t.Helper()
	if _, err := s.ImportProducts(t.Context(), products); err != nil {
		t.Fatal(err)
	}
}

func product(sku ids.SKU) shopfile.Product {
	return shopfile.Product{Product: offers.Product{SKU: sku, Name: "name of " + string(sku), Price: 100, Stock: offers.Unlimited, Active: true}}
}

func (s shop) purchases(t testing.TB, rows ...shopfile.Purchase) db.Imported {
	t.Helper()
	result, err := s.ImportPurchases(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func bought(customer ids.Customer, sku ids.SKU, day int64) shopfile.Purchase {
	return shopfile.Purchase{Customer: customer, SKU: sku, AtMS: noonMS - 300*dayMS + day*dayMS, OrderID: fmt.Sprint("o", day), Quantity: 1, UnitPrice: 100}
}

func (s shop) links(t testing.TB, rows ...db.LinkRow) db.Imported {
	t.Helper()
	result, err := s.ImportLinks(t.Context(), noonMS, rows)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// stock fills a shop with two customers, one of them with a live grant: c1 linked to s1 with it, c2 linked to s2 without.
func stock(t testing.TB, s shop) {
	t.Helper()
	secret := product("medicine")
	secret.Sensitive = true
	s.products(t, product("tea"), product("pot"), secret)
	s.purchases(t, bought("c1", "tea", 1), bought("c1", "pot", 2), bought("c1", "medicine", 3), bought("c1", "unknown", 4), bought("c2", "tea", 5))
	s.links(t, db.LinkRow{Customer: "c1", Subject: "s1"}, db.LinkRow{Customer: "c2", Subject: "s2"})
	s.append(t, decided("e1", "s1", ledger.Given, noonMS-dayMS))
}

func (s shop) customers(t testing.TB, nowMS int64, rows ...shopfile.Customer) db.Imported {
	t.Helper()
	result, err := s.ImportCustomers(t.Context(), nowMS, rows)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func member(customer ids.Customer, plan ids.PlanID, boxes float64) shopfile.Customer {
	c := shopfile.Customer{ID: customer, BirthYear: 1980, Plan: plan}
	if plan != "" {
		c.PlanSinceMS, c.Usage = 7, map[string]float64{"boxes": boxes}
	}
	return c
}

func dbtestPostgres(t *testing.T) (owner, app string) { t.Helper(); return dbtest.Postgres(t) }

func dbOpen(t *testing.T, address string) *db.Store { t.Helper(); return dbtest.Open(t, address) }

func userOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.User.Username()
}

type ledgerEvent = ledger.Event

const ledgerGiven = ledger.Given

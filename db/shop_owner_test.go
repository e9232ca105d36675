package db_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"osusume/db/consent"
	"osusume/db/dbtest"
	"osusume/db/dialect"
	"osusume/internal/fault"
	"osusume/internal/ids"
	"osusume/offers"
)

// An owner who is no superuser migrates, creates the server's role and runs import, train and recommend; row-level
// security is forced on that owner as well.
func TestAnOrdinaryOwnerCanDoEverythingButServe(t *testing.T) {
	t.Parallel()
	super := dbtest.PostgresEmpty(t)
	owner := "owner_" + strings.ToLower(rand.Text()[:12])
	pool := raw(t, super)
	u, err := url.Parse(super)
	if err != nil {
		t.Fatal(err)
	}
	roles.Lock()
	_, err = pool.Exec(fmt.Sprintf(`CREATE ROLE %s LOGIN CREATEROLE PASSWORD 'x'; ALTER DATABASE %s OWNER TO %s; ALTER SCHEMA public OWNER TO %s`, owner, u.Path[1:], owner, owner))
	roles.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		roles.Lock()
		defer roles.Unlock()
		if _, err := pool.Exec(fmt.Sprintf(`DROP OWNED BY %s CASCADE; ALTER DATABASE %s OWNER TO postgres; DROP ROLE %s`, owner, u.Path[1:], owner)); err != nil {
			t.Error(err)
		}
	})
	u.User = url.UserPassword(owner, "x")
	store := dbtest.Open(t, u.String())
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	server := asServer(t, u.String(), super)
	if err := server.CheckServeRole(t.Context()); err != nil {
		t.Error(err)
	}
	if err := store.CheckServeRole(t.Context()); !fault.Is(err, fault.Denied) || !strings.Contains(err.Error(), "osusume migrate --app-user") {
		t.Errorf("serving as the owner: %v", err)
	}
	s := shop{store, openDialect(t, u.String()), u.String(), super}
	stock(t, s)
	s.customers(t, noonMS, member("c1", "p", 1))
	if view, err := s.CustomerRequest(t.Context(), "c1", noonMS, notice); err != nil || len(view.History.Purchases) != 2 || view.History.Membership == nil {
		t.Errorf("recommend as owner: %+v, %v", view, err)
	}
	var n int
	if err := s.d.Get(t.Context(), &n, `SELECT count(*) FROM purchase`); err != nil || n != 0 {
		t.Errorf("the owner reads %d purchases, %v", n, err)
	}
	learned := 0
	if err := s.LearnStream(t.Context(), consent.ByTerms, noonMS, notice, func(ids.Customer, []offers.Purchase) error { learned++; return nil }); err != nil || learned != 2 {
		t.Errorf("%d customers, %v", learned, err)
	}
	// What was imported by the owner serves under the server's role.
	if view, err := server.CustomerRequest(t.Context(), "c1", noonMS, notice); err != nil || len(view.History.Purchases) != 2 {
		t.Errorf("recommend as server: %+v, %v", view, err)
	}
	server.do(t, func(ctx context.Context, tx *dialect.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO inbox_key (wrapped, created_ms) VALUES ($1, 1)`, []byte{1})
		return err
	})
	// The same command updates the role, also to a trial's short password.
	address, err := url.Parse(server.url)
	if err != nil {
		t.Fatal(err)
	}
	roles.Lock()
	err = store.CreateAppRole(t.Context(), address.User.Username(), "pw")
	roles.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	address.User = url.UserPassword(address.User.Username(), "pw")
	if err := dbtest.Open(t, address.String()).CheckServeRole(t.Context()); err != nil {
		t.Error(err)
	}
}

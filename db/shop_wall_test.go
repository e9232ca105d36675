package db_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"osusume/db/consent"
	"osusume/db/dialect"
	"osusume/db/purchase"
	"osusume/internal/fault"
	"osusume/internal/ids"
	"osusume/offers"

	ledger "osusume/internal/consent"
)

func skus(h *offers.History) []ids.SKU {
	var out []ids.SKU
	for _, p := range h.Purchases {
		out = append(out, p.SKU)
	}
	return out
}

func TestAGrantReadsItsPersonsOrdinaryPurchasesAndLeavesARecord(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		stock(t, s)
		s.do(t, func(ctx context.Context, tx *dialect.Tx) error {
			grants, err := consent.Mint(ctx, tx, ids.PurchaseHistory, []ids.Subject{"s1", "s2", "s3", "s1"}, noonMS, notice)
			if err != nil {
				return err
			}
			if !grants.Has("s1") || grants.Has("s2") || grants.Has("s3") {
				t.Errorf("granted: %v", grants.Subjects())
			}
			got, err := purchase.Histories(ctx, tx, grants)
			if err != nil {
				return err
			}
			if diff := cmp.Diff([]ids.SKU{"tea", "pot"}, skus(got["s1"])); diff != "" || len(got) != 1 {
				t.Errorf("%d histories, s1 lacks or shows too much:\n%s", len(got), diff)
			}
			return nil
		})
		var records []struct {
			Subject string `db:"subject"`
			EventID string `db:"event_id"`
			Rows    int    `db:"row_count"`
		}
		if err := s.d.Select(t.Context(), &records, `SELECT subject, event_id, row_count FROM access_record`); err != nil {
			t.Fatal(err)
		}
		if len(records) != 1 || records[0].Subject != "s1" || records[0].EventID != "e1" || records[0].Rows != 2 {
			t.Errorf("access records %+v", records)
		}
	})
}

func TestNoPurchaseIsReadWithoutAGrantOfThisPersonPurposeAndTransaction(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		stock(t, s)
		denied := func(name string, ctx context.Context, tx *dialect.Tx, g consent.Grants) {
			t.Helper()
			if got, err := purchase.Histories(ctx, tx, g); !fault.Is(err, fault.Denied) || got != nil {
				t.Errorf("%s: %v, %v", name, got, err)
			}
		}
		var kept consent.Grants
		s.do(t, func(ctx context.Context, tx *dialect.Tx) error {
			denied("the zero value", ctx, tx, consent.Grants{})
			var err error
			kept, err = consent.Mint(ctx, tx, ids.PurchaseHistory, []ids.Subject{"s1"}, noonMS, notice)
			if err != nil {
				return err
			}
			other, err := consent.Mint(ctx, tx, ids.GroupStatistics, []ids.Subject{"s1"}, noonMS, notice)
			denied("another purpose", ctx, tx, other)
			return err
		})
		if kept.Has("s1") || kept.Subjects() != nil {
			t.Error("a grant outlives its transaction")
		}
		s.do(t, func(ctx context.Context, tx *dialect.Tx) error {
			denied("a grant of a finished transaction", ctx, tx, kept)
			return nil
		})
		if s.d.Kind() == dialect.Postgres { // SQLite has one writing transaction at a time
			s.do(t, func(ctx context.Context, first *dialect.Tx) error {
				g, err := consent.Mint(ctx, first, ids.PurchaseHistory, []ids.Subject{"s1"}, noonMS, notice)
				if err != nil {
					return err
				}
				return s.d.Do(ctx, dialect.Mode{}, func(ctx context.Context, second *dialect.Tx) error {
					denied("a grant of another open transaction", ctx, second, g)
					return nil
				})
			})
		}
	})
}

func TestOnlyALiveGrantUnderTheNoticeInForceIsMinted(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		stock(t, s)
		minted := func(subject ids.Subject, nowMS int64, version string) (has bool) {
			s.do(t, func(ctx context.Context, tx *dialect.Tx) error {
				g, err := consent.Mint(ctx, tx, ids.PurchaseHistory, []ids.Subject{subject}, nowMS, version)
				has = g.Has(subject)
				if err != nil {
					return err
				}
				got, err := purchase.Histories(ctx, tx, g)
				if (got[subject] != nil) != has {
					t.Errorf("history %v with grant %v", got[subject], has)
				}
				return err
			})
			return has
		}
		if !minted("s1", noonMS, notice) {
			t.Error("a live grant is not honoured")
		}
		if minted("s2", noonMS, notice) || minted("canary", noonMS, notice) {
			t.Error("someone who never agreed has a grant")
		}
		if minted("s1", noonMS+99*dayMS, notice) || minted("s1", noonMS+999*dayMS, notice) {
			t.Error("an expired grant is honoured")
		}
		if minted("s1", noonMS, "n2") {
			t.Error("a grant under an older notice is honoured")
		}
		stop := decided("e2", "s1", ledger.Withdrawn, noonMS-1, ids.PurchaseHistory)
		stop.ValidUntilMS = noonMS + 100*dayMS // whatever else a withdrawal says, it is none the less one
		s.append(t, stop)
		if minted("s1", noonMS, notice) {
			t.Error("a withdrawn grant is honoured")
		}
		s.do(t, func(ctx context.Context, tx *dialect.Tx) error {
			if _, err := consent.Mint(ctx, tx, ids.PurchaseHistory, []ids.Subject{"s1"}, noonMS, ""); !fault.Is(err, fault.Invalid) {
				t.Errorf("minting without a notice: %v", err)
			}
			return nil
		})
	})
}

func TestAWithdrawalBetweenGrantAndReadWins(t *testing.T) {
	t.Parallel()
	owner, _ := dbtestPostgres(t) // on SQLite nobody can write in between
	s := asServer(t, owner, owner)
	stock(t, s)
	s.do(t, func(ctx context.Context, tx *dialect.Tx) error {
		g, err := consent.Mint(ctx, tx, ids.PurchaseHistory, []ids.Subject{"s1"}, noonMS, notice)
		if err != nil || !g.Has("s1") {
			t.Fatalf("%v, %v", g.Subjects(), err)
		}
		s.append(t, decided("stop", "s1", ledger.Withdrawn, noonMS-1))
		got, err := purchase.Histories(ctx, tx, g)
		if err != nil || len(got["s1"].Purchases) != 0 {
			t.Errorf("read %v, %v", got["s1"], err)
		}
		return err
	})
}

func TestWithoutAnAccessRecordThereIsNoRead(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		stock(t, s)
		if _, err := raw(t, s.owner).Exec(`ALTER TABLE access_record RENAME TO gone`); err != nil {
			t.Fatal(err)
		}
		err := s.d.Do(t.Context(), dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
			g, err := consent.Mint(ctx, tx, ids.PurchaseHistory, []ids.Subject{"s1"}, noonMS, notice)
			if err != nil {
				return err
			}
			got, err := purchase.Histories(ctx, tx, g)
			if got != nil {
				t.Errorf("read %v", got)
			}
			return err
		})
		if err == nil {
			t.Error("the read passed")
		}
	})
}

func TestAHistoryIsBoundedAndHasReturnsAndThePlan(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		stock(t, s)
		for i := range int64(600) {
			p := bought("c1", "tea", 10)
			p.AtMS += i * 1000
			p.OrderID = "many" + string(rune('a'+i%26)) + string(rune('a'+i/26))
			s.purchases(t, p)
		}
		back := bought("c1", "pot", 20)
		back.ReturnedMS, back.Gift = back.AtMS+dayMS, true
		s.purchases(t, back)
		s.customers(t, noonMS-2, member("c1", "basic", 1))
		s.customers(t, noonMS-1, member("c1", "premium", 2.5))
		view, err := s.CustomerRequest(t.Context(), "c1", noonMS, notice)
		if err != nil {
			t.Fatal(err)
		}
		h := view.History
		if len(h.Purchases) != 500 {
			t.Fatalf("%d lines", len(h.Purchases))
		}
		last := h.Purchases[499]
		if last.SKU != "pot" || !last.Returned || !last.Gift || h.Purchases[0].AtMS < bought("c1", "tea", 10).AtMS {
			t.Errorf("the last line is %+v, the first %+v", last, h.Purchases[0])
		}
		want := &offers.Membership{Plan: "premium", SinceMS: 7, Usage: map[string]float64{"boxes": 2.5}}
		if diff := cmp.Diff(want, h.Membership); diff != "" || h.BirthYear != 1980 {
			t.Errorf("born %d, plan:\n%s", h.BirthYear, diff)
		}
		s.customers(t, noonMS, member("c1", "", 0))
		if view, err = s.CustomerRequest(t.Context(), "c1", noonMS, notice); err != nil || view.History.Membership != nil {
			t.Errorf("after the plan ended: %+v, %v", view.History.Membership, err)
		}
	})
}

func TestRowLevelSecurityHoldsWhenTheProgramDoesNot(t *testing.T) {
	t.Parallel()
	owner, _ := dbtestPostgres(t)
	s := asServer(t, owner, owner)
	stock(t, s)
	s.customers(t, noonMS, member("c1", "premium", 1), member("c2", "premium", 1))
	visible := func(settings map[string]string, query string) (n int) {
		t.Helper()
		err := s.d.Do(t.Context(), dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
			for name, value := range settings {
				var ignored string
				if err := tx.Get(ctx, &ignored, `SELECT set_config($1, $2, true)`, name, value); err != nil {
					return err
				}
			}
			return tx.Get(ctx, &n, query)
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	asks := func(purpose, persons, version, now string) map[string]string {
		return map[string]string{"osusume.purpose": purpose, "osusume.persons": persons, "osusume.notice": version, "osusume.now_ms": now}
	}
	now, late := "1750000000000", "1790000000000"
	for _, c := range []struct {
		name     string
		settings map[string]string
		want     int
	}{
		{"nothing was said", nil, 0},
		{"the person with the grant", asks("purchase_history", "s1", notice, now), 3}, // tea, pot, unknown; never the medicine
		{"the person without", asks("purchase_history", "s2", notice, now), 0},
		{"both", asks("purchase_history", "s1,s2", notice, now), 3},
		{"another purpose", asks("chat_improvement", "s1", notice, now), 0},
		{"an older notice", asks("purchase_history", "s1", "n2", now), 0},
		{"no notice", asks("purchase_history", "s1", "", now), 0},
		{"too late", asks("purchase_history", "s1", notice, late), 0},
		{"no time", asks("purchase_history", "s1", notice, ""), 0},
		{"erasure without a tombstone", asks("erasure", "s1", notice, now), 0},
		{"statistics without a basis", asks("group_statistics", "", notice, now), 0},
	} {
		if got := visible(c.settings, `SELECT count(*) FROM purchase`); got != c.want {
			t.Errorf("%s: %d rows, want %d", c.name, got, c.want)
		}
		members := min(c.want, 1)
		if got := visible(c.settings, `SELECT count(*) FROM membership`); got != members {
			t.Errorf("%s: %d plans, want %d", c.name, got, members)
		}
	}
	if got := visible(nil, `SELECT count(*) FROM purchase`); got != 0 {
		t.Errorf("a setting outlived its transaction: %d rows", got)
	}
	for name, statement := range map[string]string{
		"update of a purchase": `UPDATE purchase SET sku = 'x'`, "update of the ledger": `UPDATE consent_event SET actor = 'x'`,
		"delete of the ledger": `DELETE FROM consent_event`, "delete of a seal": `DELETE FROM consent_seal`, "truncate": `TRUNCATE purchase`,
		"switching the wall off": `ALTER TABLE purchase DISABLE ROW LEVEL SECURITY`, "a table": `CREATE TABLE x (y int)`,
		"a policy": `CREATE POLICY x ON purchase FOR SELECT USING (true)`,
	} {
		err := s.d.Do(t.Context(), dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error { return tx.Script(ctx, statement) })
		if !fault.Is(err, fault.Denied) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.do(t, func(ctx context.Context, tx *dialect.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM purchase WHERE customer = 'c1'`)
		if n != 0 {
			t.Errorf("%d purchases deleted outside an erasure", n)
		}
		return err
	})
}

func TestAViewIsCaughtByTheCanaryUnlessItIsASecurityInvoker(t *testing.T) {
	t.Parallel()
	owner, _ := dbtestPostgres(t)
	s := asServer(t, owner, owner)
	if err := s.CheckServeRole(t.Context()); err != nil {
		t.Fatalf("a good role is refused: %v", err)
	}
	pool := raw(t, owner)
	if _, err := pool.Exec(`CREATE VIEW careful WITH (security_invoker = true) AS SELECT * FROM purchase; GRANT SELECT ON careful TO PUBLIC`); err != nil {
		t.Fatal(err)
	}
	if err := s.CheckServeRole(t.Context()); err != nil {
		t.Errorf("a careful view is refused: %v", err)
	}
	if _, err := pool.Exec(`CREATE VIEW leak AS SELECT * FROM purchase; CREATE VIEW leak2 AS SELECT customer FROM leak; GRANT SELECT ON leak2 TO PUBLIC`); err != nil {
		t.Fatal(err)
	}
	if err := s.CheckServeRole(t.Context()); !fault.Is(err, fault.Denied) {
		t.Errorf("a leaking view: %v", err)
	}
}

func TestServingAsOwnerSuperuserOrWithAnOpenWallIsRefused(t *testing.T) {
	t.Parallel()
	owner, _ := dbtestPostgres(t)
	s := asServer(t, owner, owner)
	refused := func(name string) {
		t.Helper()
		if err := s.CheckServeRole(t.Context()); !fault.Is(err, fault.Denied) {
			t.Errorf("%s: %v", name, err)
		}
	}
	pool := raw(t, owner)
	run := func(statement string) {
		t.Helper()
		if _, err := pool.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	name := userOf(t, s.url)
	if err := dbOpen(t, owner).CheckServeRole(t.Context()); !fault.Is(err, fault.Denied) {
		t.Errorf("superuser: %v", err)
	}
	for _, c := range []struct{ what, do, undo string }{
		{"BYPASSRLS", `ALTER ROLE ` + name + ` BYPASSRLS`, `ALTER ROLE ` + name + ` NOBYPASSRLS`},
		{"create in the schema", `GRANT CREATE ON SCHEMA public TO ` + name, `REVOKE CREATE ON SCHEMA public FROM ` + name},
		{"a right to change the ledger", `GRANT UPDATE ON consent_event TO ` + name, `REVOKE UPDATE ON consent_event FROM ` + name},
		{"no wall", `ALTER TABLE purchase NO FORCE ROW LEVEL SECURITY`, `ALTER TABLE purchase FORCE ROW LEVEL SECURITY`},
		{"an open policy", `CREATE POLICY open ON purchase USING (true)`, `DROP POLICY open ON purchase`},
		{"a canary with a grant", `UPDATE consent_state SET state = 'given', valid_until_ms = 9 WHERE subject = 'canary'`, `UPDATE consent_state SET state = 'withdrawn' WHERE subject = 'canary'`},
		{"owner", `ALTER TABLE inbox OWNER TO ` + name, `ALTER TABLE inbox OWNER TO postgres; GRANT ALL ON inbox TO ` + name},
	} {
		run(c.do)
		refused(c.what)
		run(c.undo)
		if err := s.CheckServeRole(t.Context()); err != nil {
			t.Errorf("after %s was undone: %v", c.what, err)
		}
	}
	if err := dbOpen(t, owner).CreateAppRole(t.Context(), "Bad Name", "long enough"); !fault.Is(err, fault.Invalid) {
		t.Errorf("a bad name: %v", err)
	}
	if err := errors.Join(dbOpen(t, owner).RefreshAppRoles(t.Context()), s.CheckServeRole(t.Context())); err != nil {
		t.Error(err)
	}
}

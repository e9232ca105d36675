package db

import (
	"context"
	"math"

	"osusume/db/consent"
	"osusume/db/dialect"
	"osusume/internal/fault"
	"osusume/internal/ids"
)

// The canary of migration 00002.
const (
	canaryCustomer ids.Customer = "osusume:canary"
	canarySubject  ids.Subject  = "canary"
)

// grantToCanary fails when the ledger's state would give the canary a grant.
func (s *Store) grantToCanary(ctx context.Context, tx *dialect.Tx) error {
	standings, err := consent.Standings(ctx, tx, []ids.Subject{canarySubject})
	if err != nil {
		return err
	}
	if len(standings[canarySubject]) == 0 {
		return fault.Newf(fault.Denied, "privacy", "the canary's withdrawal is gone from the consent state")
	}
	if standings[canarySubject].Any(math.MinInt64, "") {
		return fault.Newf(fault.Denied, "privacy", "the canary, who withdrew for good, has a grant")
	}
	return nil
}

package app

import (
	"context"
	"errors"
	"fmt"

	"osusume/db"
	"osusume/internal/clock"
)

// runTrain is the command train.
func runTrain(ctx context.Context, inv invocation) error {
	line := newCommandLine("train [--json]",
		"Recomputes what is learned from purchases: what is bought together, how often, and what is popular. A running server\ntakes it over within a second.",
		"osusume train\nosusume train --statistics-basis terms --database-url sqlite:shop.db", dataSettings...)
	asJSON := line.set.Bool("json", false, "print one JSON value")
	words, err := line.parse(inv)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return usageError{"takes flags only"}
	}
	settings, err := line.load(inv.env)
	if err != nil {
		return err
	}
	store, err := openForCommand(ctx, settings)
	if err != nil {
		return err
	}
	return errors.Join(trainAndTell(ctx, inv, store, settings, *asJSON), store.Close())
}

func trainAndTell(ctx context.Context, inv invocation, store *db.Store, settings Settings, asJSON bool) error {
	show := newProgress(inv.stderr, "learning")
	result, err := train(ctx, store, basisOf(settings), clock.Millis(clock.System{}), false, func(customers, purchases int) {
		show.step(0, fmt.Sprintf("%d customers, %d purchases", customers, purchases))
	})
	show.end()
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(inv.stdout, result)
	}
	fmt.Fprintf(inv.stdout, "learned from %d purchases of %d customers, for %d products\n", result.Purchases, result.Customers, result.Products)
	if result.Customers == 0 && settings.StatisticsBasis == BasisGrant {
		fmt.Fprintln(inv.stdout, "nobody counts: OSUSUME_STATISTICS_BASIS is grant, and no customer with purchases has granted group_statistics")
	}
	return nil
}

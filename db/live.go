package db

import (
	"context"
	"fmt"

	"osusume/db/consent"
	"osusume/db/dialect"
	"osusume/internal/ids"
)

// Live gives those of the subjects whose grant of the purpose stands at nowMS under the notice. It reads the primary
// database: no replica and no cache may answer "may I" (reference privacy B6).
func (s *Store) Live(ctx context.Context, purpose ids.Purpose, subjects []ids.Subject, nowMS int64, notice string) (map[ids.Subject]bool, error) {
	live := make(map[ids.Subject]bool, len(subjects))
	err := s.d.Do(ctx, dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
		standings, err := consent.Standings(ctx, tx, subjects)
		for subject, standing := range standings {
			if standing.Granted(purpose, nowMS, notice) {
				live[subject] = true
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("db: live consent: %w", err)
	}
	return live, nil
}

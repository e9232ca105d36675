package db

import (
	"context"
	"fmt"
	"sync"

	"osusume/db/dialect"
)

// keyCache keeps wrapped inbox keys by id. There is one a day and they live eight, so it stays small; forget empties it
// when keys are destroyed.
type keyCache struct {
	mu   sync.RWMutex
	byID map[int64][]byte
}

func (c *keyCache) get(id int64) []byte {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.byID[id]
}

func (c *keyCache) put(id int64, wrapped []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byID == nil {
		c.byID = map[int64][]byte{}
	}
	c.byID[id] = wrapped
}

func (c *keyCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.byID)
}

// InboxKey gives the wrapped inbox key of an id, fault.NotFound when it was destroyed.
func (s *Store) InboxKey(ctx context.Context, id int64) ([]byte, error) {
	if wrapped := s.keys.get(id); wrapped != nil {
		return wrapped, nil
	}
	var wrapped []byte
	if err := s.d.Get(ctx, &wrapped, `SELECT wrapped FROM inbox_key WHERE id = $1`, id); err != nil {
		return nil, fmt.Errorf("db: inbox key: %w", err)
	}
	s.keys.put(id, wrapped)
	return wrapped, nil
}

// CurrentInboxKey gives the newest inbox key made at or after sinceMS, fault.NotFound when there is none.
func (s *Store) CurrentInboxKey(ctx context.Context, sinceMS int64) (id int64, wrapped []byte, createdMS int64, err error) {
	var row struct {
		ID        int64  `db:"id"`
		Wrapped   []byte `db:"wrapped"`
		CreatedMS int64  `db:"created_ms"`
	}
	err = s.d.Get(ctx, &row, `SELECT id, wrapped, created_ms FROM inbox_key WHERE created_ms >= $1 ORDER BY id DESC LIMIT 1`, sinceMS)
	if err != nil {
		return 0, nil, 0, fmt.Errorf("db: current inbox key: %w", err)
	}
	s.keys.put(row.ID, row.Wrapped)
	return row.ID, row.Wrapped, row.CreatedMS, nil
}

// AddInboxKey stores a new wrapped inbox key and gives its id.
func (s *Store) AddInboxKey(ctx context.Context, wrapped []byte, nowMS int64) (id int64, err error) {
	err = s.d.Do(ctx, dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
		return tx.Get(ctx, &id, `INSERT INTO inbox_key (wrapped, created_ms) VALUES ($1, $2) RETURNING id`, wrapped, nowMS)
	})
	if err != nil {
		return 0, fmt.Errorf("db: add an inbox key: %w", err)
	}
	s.keys.put(id, wrapped)
	return id, nil
}

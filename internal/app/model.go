package app

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"osusume/bot"
	"osusume/db"
	"osusume/internal/clock"
	"osusume/internal/fault"
	"osusume/internal/ids"
	"osusume/internal/keyring"
	"osusume/internal/obs"
	"osusume/internal/phrase"
	"osusume/offers"

	dbconsent "osusume/db/consent"
)

// models keeps the catalog and what was learned in memory, and replaces both when an import or a training, in whatever
// process, has changed them.
type models struct {
	store   *db.Store
	clock   clock.Clock
	log     *zap.Logger
	metrics *obs.Metrics
	basis   dbconsent.Basis

	current atomic.Pointer[knowledge]
}

// knowledge is one state of catalog and learning; it never changes once published.
type knowledge struct {
	bot.Knowledge
	catalogVersion, learnedVersion int64
}

// engine gives what turns ask; it is there once refresh has succeeded.
func (m *models) engine() bot.Engine { return m.current.Load().Knowledge }

func (m *models) loaded() error {
	if m.current.Load() == nil {
		return fault.Newf(fault.Later, "model", "not loaded yet")
	}
	return nil
}

// refresh loads what has changed since the last time. The versions are read first: a change that comes meanwhile is
// seen the next time.
func (m *models) refresh(ctx context.Context) error {
	catalogVersion, learnedVersion, err := m.store.Versions(ctx)
	if err != nil {
		return err
	}
	before := m.current.Load()
	if before != nil && before.catalogVersion == catalogVersion && before.learnedVersion == learnedVersion {
		return nil
	}
	var catalog *offers.Catalog
	if before != nil && before.catalogVersion == catalogVersion {
		catalog = before.Catalog
	} else if catalog, err = loadCatalog(ctx, m.store); err != nil {
		return err
	}
	learned, err := loadLearned(ctx, m.store, catalog)
	if fault.Is(err, fault.Invalid) {
		// Suggestions without statistics are better than none; training again mends it.
		m.log.Error("what was learned cannot be read; run osusume train", zap.Error(err))
	} else if err != nil {
		return err
	}
	m.current.Store(&knowledge{
		Knowledge:      bot.Knowledge{Model: offers.NewModel(catalog, learned), Catalog: catalog},
		catalogVersion: catalogVersion, learnedVersion: learnedVersion,
	})
	m.metrics.ModelLoaded(catalog.Len(), m.clock.Now())
	m.log.Info("catalog loaded", zap.Int("products", catalog.Len()), zap.Bool("learned", learned != nil))
	return nil
}

func loadCatalog(ctx context.Context, store *db.Store) (*offers.Catalog, error) {
	products, plans, err := store.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	return offers.NewCatalog(products, plans), nil
}

// loadLearned gives nil when nothing was ever learned, and fault.Invalid when it cannot be read.
func loadLearned(ctx context.Context, store *db.Store, catalog *offers.Catalog) (*offers.Learned, error) {
	body, _, err := store.LoadLearned(ctx)
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	learned, err := offers.UnmarshalLearned(catalog, body)
	if err != nil {
		return nil, fault.New(fault.Invalid, "learned", err)
	}
	return learned, nil
}

// retrainAfter is how old what was learned may become in a running server. Who withdrew is counted until then at most.
const retrainAfter = 24 * time.Hour

// keepTrained trains in the background: at once when nothing was ever learned, then when what was learned is a day old.
func (m *models) keepTrained(ctx context.Context) error {
	_, savedMS, err := m.store.LoadLearned(ctx)
	never := isNotFound(err)
	if err != nil && !never {
		return err
	}
	if !never && clock.Millis(m.clock)-savedMS < retrainAfter.Milliseconds() {
		return nil
	}
	result, err := train(ctx, m.store, m.basis, clock.Millis(m.clock), never, func(int, int) {})
	if err != nil {
		return err
	}
	if result.Saved {
		m.log.Info("learned from purchases", zap.Int("customers", result.Customers), zap.Int("purchases", result.Purchases))
	}
	return nil
}

// trained is what one training counted.
type trained struct {
	Customers int  `json:"customers"`
	Purchases int  `json:"purchases"`
	Products  int  `json:"products"`
	Saved     bool `json:"saved"`
}

// train counts the purchases that the basis admits and saves the result. With skipEmpty nothing is saved when nobody
// counts. progress is told the customers and purchases so far.
func train(ctx context.Context, store *db.Store, basis dbconsent.Basis, nowMS int64, skipEmpty bool, progress func(customers, purchases int)) (trained, error) {
	catalog, err := loadCatalog(ctx, store)
	if err != nil {
		return trained{}, err
	}
	var result trained
	learner := offers.NewLearner(catalog, offers.LearnConfig{NowMS: nowMS})
	err = store.LearnStream(ctx, basis, nowMS, phrase.NoticeVersion, func(_ ids.Customer, lines []offers.Purchase) error {
		learner.Add(lines)
		result.Customers++
		result.Purchases += len(lines)
		if result.Customers%1000 == 0 {
			progress(result.Customers, result.Purchases)
		}
		return ctx.Err()
	})
	if err != nil {
		return trained{}, err
	}
	result.Products = catalog.Len()
	if result.Customers == 0 && skipEmpty {
		return result, nil
	}
	body, err := learner.Finish().MarshalBinary()
	if err != nil {
		return trained{}, fmt.Errorf("train: %w", err)
	}
	if err := store.SaveLearned(ctx, nowMS, body); err != nil {
		return trained{}, err
	}
	result.Saved = true
	return result, nil
}

// openedKeys opens stored inbox keys by id and keeps them. There is one a day and they live for eight days, so the map
// stays small.
type openedKeys struct {
	store interface {
		InboxKey(ctx context.Context, id int64) ([]byte, error)
	}
	ring *keyring.Ring
	keys sync.Map // int64 → keyring.DataKey
}

func (o *openedKeys) open(ctx context.Context, id int64) (keyring.DataKey, error) {
	if key, ok := o.keys.Load(id); ok {
		return key.(keyring.DataKey), nil
	}
	wrapped, err := o.store.InboxKey(ctx, id)
	if err != nil {
		return keyring.DataKey{}, err
	}
	key, err := o.ring.Unwrap(wrapped)
	if err != nil {
		return keyring.DataKey{}, err
	}
	o.keys.Store(id, key)
	return key, nil
}

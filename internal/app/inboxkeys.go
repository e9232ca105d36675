package app

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"osusume/internal/clock"
	"osusume/internal/fault"
	"osusume/internal/keyring"
)

// inboxKeyLife is how long one inbox key seals new payloads. Destroying a key destroys what it sealed, so a key covers
// a day, and nothing else has to be searched for when a day's words must be gone.
const inboxKeyLife = 24 * time.Hour

// keyStore is what inboxKeys needs of the store. db.Store implements it.
type keyStore interface {
	CurrentInboxKey(ctx context.Context, sinceMS int64) (id int64, wrapped []byte, createdMS int64, err error)
	AddInboxKey(ctx context.Context, wrapped []byte, nowMS int64) (id int64, err error)
}

// inboxKey is one key in use; it never changes once published.
type inboxKey struct {
	id     int64
	key    keyring.DataKey
	madeMS int64
}

// inboxKeys gives the key that the inbox and outbox seal under, from memory: intake never waits for a read.
type inboxKeys struct {
	store   keyStore
	ring    *keyring.Ring
	clock   clock.Clock
	current atomic.Pointer[inboxKey]
}

// Current gives the key for new payloads.
func (k *inboxKeys) Current() (int64, keyring.DataKey, error) {
	now := k.current.Load()
	if now == nil {
		return 0, keyring.DataKey{}, fault.Newf(fault.Later, "inbox key", "none was loaded yet")
	}
	return now.id, now.key, nil
}

// renew loads the newest key, or makes one when the newest is older than inboxKeyLife. A failure leaves the key in use
// as it is: sealing under yesterday's key is better than losing a customer's words.
func (k *inboxKeys) renew(ctx context.Context) error {
	nowMS := clock.Millis(k.clock)
	if have := k.current.Load(); have != nil && nowMS-have.madeMS < inboxKeyLife.Milliseconds() {
		return nil
	}
	id, wrapped, madeMS, err := k.store.CurrentInboxKey(ctx, nowMS-inboxKeyLife.Milliseconds())
	if err == nil {
		key, err := k.ring.Unwrap(wrapped)
		if err != nil {
			return err
		}
		k.current.Store(&inboxKey{id: id, key: key, madeMS: madeMS})
		return nil
	}
	if !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("inbox key: %w", err)
	}
	key, wrapped, err := k.ring.NewDataKey()
	if err != nil {
		return err
	}
	if id, err = k.store.AddInboxKey(ctx, wrapped, nowMS); err != nil {
		return fmt.Errorf("inbox key: %w", err)
	}
	k.current.Store(&inboxKey{id: id, key: key, madeMS: nowMS})
	return nil
}

// checkMasterKey refuses a master key other than the one this database was written under: nothing stored would open.
func checkMasterKey(ctx context.Context, store keyStore, ring *keyring.Ring) error {
	_, wrapped, _, err := store.CurrentInboxKey(ctx, 0)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := ring.Unwrap(wrapped); err != nil {
		return settingError{"OSUSUME_SECRET_KEY", "is not the key this database was written under"}
	}
	return nil
}

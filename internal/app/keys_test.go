package app

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"osusume/internal/clock"
	"osusume/internal/fault"
	"osusume/internal/keyring"
)

func TestTheMasterKeyIsMadeOnceBesideTheDatabase(t *testing.T) {
	t.Parallel()
	s := Settings{DatabaseURL: "sqlite:" + filepath.Join(t.TempDir(), "shop.db")}
	if _, err := ringOf(s, false); err == nil || !strings.HasPrefix(err.Error(), "OSUSUME_SECRET_KEY ") {
		t.Errorf("a reading command made a key: %v", err)
	}
	subjects := make([]string, 8)
	var wait sync.WaitGroup
	for i := range subjects {
		wait.Go(func() {
			ring, err := ringOf(s, true)
			if err != nil {
				t.Error(err)
				return
			}
			subjects[i] = string(ring.Subject("U1"))
		})
	}
	wait.Wait()
	for _, subject := range subjects {
		if subject != subjects[0] {
			t.Fatal("processes that started at once do not agree on one key")
		}
	}
	info, err := os.Stat(s.sqlitePath() + ".key")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v, %v; want mode 0600", info, err)
	}
	left, err := filepath.Glob(s.sqlitePath() + ".key.*")
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestADamagedKeyFileStopsTheStartWithoutShowingIt(t *testing.T) {
	t.Parallel()
	s := Settings{DatabaseURL: "sqlite:" + filepath.Join(t.TempDir(), "shop.db")}
	if err := os.WriteFile(s.sqlitePath()+".key", []byte("hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := ringOf(s, true)
	if err == nil || !strings.HasPrefix(err.Error(), "OSUSUME_SECRET_KEY ") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("err = %v", err)
	}
}

// storedKeys is a keyStore in memory.
type storedKeys struct {
	mu   sync.Mutex
	rows []storedKey
	fail error
}

type storedKey struct {
	wrapped []byte
	madeMS  int64
}

func (s *storedKeys) CurrentInboxKey(_ context.Context, sinceMS int64) (int64, []byte, int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return 0, nil, 0, s.fail
	}
	if n := len(s.rows); n > 0 && s.rows[n-1].madeMS >= sinceMS {
		return int64(n), s.rows[n-1].wrapped, s.rows[n-1].madeMS, nil
	}
	return 0, nil, 0, fault.New(fault.NotFound, "test", nil)
}

func (s *storedKeys) AddInboxKey(_ context.Context, wrapped []byte, nowMS int64) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return 0, s.fail
	}
	s.rows = append(s.rows, storedKey{wrapped, nowMS})
	return int64(len(s.rows)), nil
}

func newRing(t *testing.T, fill byte) *keyring.Ring {
	t.Helper()
	ring, err := keyring.New(bytes.Repeat([]byte{fill}, keyring.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func TestInboxKeysRotateDailyAndSurviveAFailingStore(t *testing.T) {
	t.Parallel()
	store, ring, now := &storedKeys{}, newRing(t, 1), clock.NewFake(time.UnixMilli(1_800_000_000_000))
	keys := &inboxKeys{store: store, ring: ring, clock: now}
	if _, _, err := keys.Current(); !fault.Is(err, fault.Later) {
		t.Errorf("Current before the first key: %v", err)
	}
	renew := func(wantID int64) {
		t.Helper()
		if err := keys.renew(t.Context()); err != nil {
			t.Fatal(err)
		}
		if id, key, err := keys.Current(); err != nil || id != wantID || !key.Valid() {
			t.Fatalf("Current = %d, %v; want %d", id, err, wantID)
		}
	}
	renew(1)
	now.Advance(23 * time.Hour)
	renew(1)
	other := &inboxKeys{store: store, ring: ring, clock: now}
	if err := other.renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	if id, _, _ := other.Current(); id != 1 {
		t.Errorf("a second process made key %d instead of using the day's", id)
	}
	now.Advance(2 * time.Hour)
	store.fail = fault.New(fault.Later, "test", nil)
	if err := keys.renew(t.Context()); err == nil {
		t.Error("renew hides a failing store")
	}
	if id, _, err := keys.Current(); err != nil || id != 1 {
		t.Errorf("a failing store took the key in use away: %d, %v", id, err)
	}
	store.fail = nil
	renew(2)
}

func TestAnotherMasterKeyIsRefused(t *testing.T) {
	t.Parallel()
	store := &storedKeys{}
	keys := &inboxKeys{store: store, ring: newRing(t, 1), clock: clock.System{}}
	if err := checkMasterKey(t.Context(), store, newRing(t, 2)); err != nil {
		t.Errorf("an empty database refused a key: %v", err)
	}
	if err := keys.renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := checkMasterKey(t.Context(), store, newRing(t, 1)); err != nil {
		t.Errorf("the right key is refused: %v", err)
	}
	if err := checkMasterKey(t.Context(), store, newRing(t, 2)); err == nil || !strings.HasPrefix(err.Error(), "OSUSUME_SECRET_KEY ") {
		t.Errorf("another key is accepted: %v", err)
	}
}

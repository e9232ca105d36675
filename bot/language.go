package bot

import (
	"container/list"
	"context"
	"sync"
	"time"

	"osusume/internal/ids"
	"osusume/internal/keyring"
)

const (
	languagesKept   = 20_000
	profileDeadline = 800 * time.Millisecond // a customer waits for the answer meanwhile
	profilesAtOnce  = 16
	senderLeaseMS   = 6_000
)

// askProfiles fetches the languages of persons seen for the first time, some at a time, all within one deadline.
func (w *Worker) askProfiles(ctx context.Context, jobs []*job) {
	if w.cfg.Profiles == nil || len(jobs) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, profileDeadline)
	defer cancel()
	var wg sync.WaitGroup
	places := make(chan struct{}, profilesAtOnce)
	for _, j := range jobs {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			wg.Wait()
			return
		}
		wg.Add(1)
		go func() {
			defer func() { <-places; wg.Done() }()
			tag, err := w.cfg.Profiles.Language(ctx, j.decoded.userID)
			if err != nil {
				return
			}
			j.lang = ids.LangOf(tag)
			w.languages.put(j.claimed.Subject, j.lang)
		}()
	}
	wg.Wait()
}

// languageCache is a bounded memory of languages, the least recently used forgotten first.
type languageCache struct {
	mu    sync.Mutex
	most  int
	order *list.List
	byKey map[ids.Subject]*list.Element
}

type languageEntry struct {
	subject ids.Subject
	lang    ids.Lang
}

func newLanguageCache(most int) *languageCache {
	return &languageCache{most: most, order: list.New(), byKey: map[ids.Subject]*list.Element{}}
}

func (c *languageCache) get(s ids.Subject) (ids.Lang, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.byKey[s]
	if !ok {
		return "", false
	}
	c.order.MoveToFront(element)
	return element.Value.(languageEntry).lang, true
}

func (c *languageCache) put(s ids.Subject, lang ids.Lang) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if element, ok := c.byKey[s]; ok {
		element.Value = languageEntry{s, lang}
		c.order.MoveToFront(element)
		return
	}
	c.byKey[s] = c.order.PushFront(languageEntry{s, lang})
	for len(c.byKey) > c.most {
		oldest := c.order.Back()
		c.order.Remove(oldest)
		delete(c.byKey, oldest.Value.(languageEntry).subject)
	}
}

// keyCache holds opened inbox keys. There is one a day and they live for eight, so it stays small.
type keyCache struct {
	inbox interface {
		InboxKey(ctx context.Context, id int64) ([]byte, error)
	}
	ring *keyring.Ring
	mu   sync.Mutex
	keys map[int64]keyring.DataKey
}

func newKeyCache(inbox Inbox, ring *keyring.Ring) *keyCache {
	return &keyCache{inbox: inbox, ring: ring, keys: map[int64]keyring.DataKey{}}
}

func (c *keyCache) get(ctx context.Context, id int64) (keyring.DataKey, error) {
	c.mu.Lock()
	key, ok := c.keys[id]
	c.mu.Unlock()
	if ok {
		return key, nil
	}
	wrapped, err := c.inbox.InboxKey(ctx, id)
	if err != nil {
		return keyring.DataKey{}, err
	}
	key, err = c.ring.Unwrap(wrapped)
	if err != nil {
		return keyring.DataKey{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.keys) > 64 {
		clear(c.keys)
	}
	c.keys[id] = key
	return key, nil
}

package bot

import (
	"strings"
	"sync"

	"osusume/bot/render"
	"osusume/internal/ids"
)

// noticeCache keeps notices by their content and language: a shop has a handful. It also knows which the store has.
type noticeCache struct {
	mu     sync.Mutex
	texts  map[string]render.NoticeText
	stored map[string]bool
}

func (c *noticeCache) get(rc render.Context, purposes []ids.Purpose, detail bool) (render.NoticeText, error) {
	var key strings.Builder
	key.WriteString(string(rc.Lang))
	if detail {
		key.WriteString("/detail")
	}
	for _, p := range purposes {
		key.WriteString("/" + string(p))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if n, ok := c.texts[key.String()]; ok {
		return n, nil
	}
	n, err := render.NewNotice(rc, purposes, detail)
	if err != nil {
		return n, err
	}
	if c.texts == nil || len(c.texts) > 256 {
		c.texts = map[string]render.NoticeText{}
	}
	c.texts[key.String()] = n
	return n, nil
}

func (c *noticeCache) isStored(hash string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stored[hash]
}

func (c *noticeCache) markStored(hashes []string) {
	if len(hashes) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stored == nil {
		c.stored = map[string]bool{}
	}
	for _, hash := range hashes {
		c.stored[hash] = true
	}
}

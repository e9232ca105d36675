package flexhtml

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// Sheet collects the rules of many messages, each once. The zero value is empty and ready; it may be used by several
// goroutines.
type Sheet struct {
	mu    sync.Mutex
	rules map[string]bool
}

// Add takes the rules of a Fragment and returns those that were not there before.
func (s *Sheet) Add(rules ...string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rules == nil {
		s.rules = map[string]bool{}
	}
	var added []string
	for _, r := range rules {
		if !s.rules[r] {
			s.rules[r] = true
			added = append(added, r)
		}
	}
	return added
}

// CSS returns every rule, sorted, as the text of a stylesheet.
func (s *Sheet) CSS() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, r := range slices.Sorted(maps.Keys(s.rules)) {
		b.WriteString(r)
		b.WriteByte('\n')
	}
	return b.String()
}

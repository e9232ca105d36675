// Package phrase holds every sentence a customer can see, by key and language, with closed placeholders.
//
// A sentence is one Entry: a key, the placeholders it may use, and its text in each language. Texts are data, not
// templates: a placeholder is {name}, there are no functions, and a literal brace is not possible.
package phrase

import (
	"fmt"
	"strings"

	"osusume/internal/ids"
)

// Key names one phrase: a sentence, a label, or the heading of a card.
type Key string

// Params fills the placeholders of a phrase.
type Params map[string]string

// Entry is one phrase in every language.
type Entry struct {
	Key    Key
	Params []string // the placeholders its texts may use; each text must use them all
	JA     string
	EN     string
}

// Table gives phrases; the built-in one is Builtin. A shop's own wording is another Table over it.
type Table interface {
	// Text gives the phrase in a language with every placeholder filled. A missing key or value, and a value that is
	// not declared, are errors: a message with a hole is never sent.
	Text(lang ids.Lang, key Key, params Params) (string, error)
}

// Builtin gives the phrases osusume ships. It is immutable.
func Builtin() Table { return builtin }

// Entries lists the built-in phrases in the order they are declared, for documentation and tests.
func Entries() []Entry {
	var all []Entry
	for _, group := range groups() {
		all = append(all, group...)
	}
	return all
}

var builtin = newTable(Entries())

type table map[Key]Entry

func newTable(entries []Entry) table {
	t := make(table, len(entries))
	for _, e := range entries {
		t[e.Key] = e
	}
	return t
}

func (t table) Text(lang ids.Lang, key Key, params Params) (string, error) {
	entry, ok := t[key]
	if !ok {
		return "", fmt.Errorf("phrase: no phrase %q", key)
	}
	text := entry.JA
	if lang == ids.English {
		text = entry.EN
	}
	return fill(key, text, entry.Params, params)
}

func fill(key Key, text string, declared []string, params Params) (string, error) {
	if len(params) != len(declared) {
		return "", fmt.Errorf("phrase: %q takes the values %v, not %d of them", key, declared, len(params))
	}
	if len(declared) == 0 {
		return text, nil
	}
	var b strings.Builder
	for {
		start := strings.IndexByte(text, '{')
		if start < 0 {
			b.WriteString(text)
			return b.String(), nil
		}
		end := strings.IndexByte(text[start:], '}')
		if end < 0 {
			return "", fmt.Errorf("phrase: %q has an unclosed brace", key)
		}
		name := text[start+1 : start+end]
		value, ok := params[name]
		if !ok {
			return "", fmt.Errorf("phrase: %q lacks a value for {%s}", key, name)
		}
		b.WriteString(text[:start])
		b.WriteString(value)
		text = text[start+end+1:]
	}
}

// Package phrase holds every sentence a customer can see, by key and language, with closed placeholders.
package phrase

import "osusume/internal/ids"

// Key names one phrase: a sentence, a label, or the heading of a card.
type Key string

// Params fills the placeholders of a phrase. The names a phrase may use are declared with its key.
type Params map[string]string

// Table gives phrases; the built-in one is Builtin. A shop's own wording is another Table over it.
type Table interface {
	// Text gives the phrase in a language with every placeholder filled. A missing key, language or value, and a value
	// that is not declared, are errors: a message with a hole is never sent.
	Text(lang ids.Lang, key Key, params Params) (string, error)
}

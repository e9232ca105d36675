// Package ids holds the identifiers and small value types that every room shares.
//
// Each identifier has its own type, so that two of them in the wrong order do not compile.
package ids

import (
	"strconv"
	"strings"
)

// Subject is the pseudonym of one LINE person (or group) at this shop: the lower-case hexadecimal of the first 16 bytes
// of a keyed hash of the LINE id. It is not reversible without the master key and is the only name of a person that
// leaves internal/keyring. It must still never be logged: logs carry keyring.LogID.
type Subject string

// Customer is the shop's own identifier of a customer, as imported (customer_id).
type Customer string

// SKU is the shop's identifier of a product.
type SKU string

// PlanID is the shop's identifier of a subscription plan.
type PlanID string

// EventID is LINE's webhookEventId (a ULID). Redeliveries repeat it.
type EventID string

// OfferID names one offer shown to one person.
type OfferID string

// Yen is an amount of money in whole yen, tax included.
type Yen int64

// String shows the amount as customers read it in either language's numerals, without a unit: 1,280.
func (y Yen) String() string {
	digits := strconv.FormatInt(int64(y), 10)
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return sign + b.String()
}

// Lang is a language a customer can be answered in.
type Lang string

// The languages that are complete. Anything else is answered in Japanese.
const (
	Japanese Lang = "ja"
	English  Lang = "en"
)

// LangOf maps a BCP 47 tag, as LINE's profile gives it, to a language osusume speaks. An empty tag is Japanese; a
// language that is neither Japanese nor English is answered in English, which more of its speakers read.
func LangOf(tag string) Lang {
	tag = strings.ToLower(strings.TrimSpace(tag))
	if tag == "" || tag == "ja" || strings.HasPrefix(tag, "ja-") || strings.HasPrefix(tag, "ja_") {
		return Japanese
	}
	return English
}

// Purpose is one thing a customer may consent to, separately from every other.
type Purpose string

// The purposes of the public contract. Each is off until granted.
const (
	PurchaseHistory   Purpose = "purchase_history"
	ProactiveMessages Purpose = "proactive_messages"
	BrowsingHistory   Purpose = "browsing_history"
	GroupStatistics   Purpose = "group_statistics"
	ChatImprovement   Purpose = "chat_improvement"
)

// Purposes lists every purpose in the order customers see them.
func Purposes() []Purpose {
	return []Purpose{PurchaseHistory, ProactiveMessages, BrowsingHistory, GroupStatistics, ChatImprovement}
}

// Valid says whether p is one of Purposes.
func (p Purpose) Valid() bool {
	for _, known := range Purposes() {
		if p == known {
			return true
		}
	}
	return false
}

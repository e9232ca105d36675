// Package render turns what the dialogue wants to say into LINE message objects, with every limit of LINE checked in its
// own unit before anything is stored for sending. It is pure.
package render

import (
	"osusume/dialog"
	"osusume/internal/consent"
	"osusume/internal/ids"
	"osusume/internal/phrase"
	"osusume/offers"
)

// Signer makes the postback data of a button for the person the message goes to, at most 300 UTF-16 units.
type Signer func(action dialog.Action, value, arg string) string

// Shop is what messages say of the shop.
type Shop struct {
	Name       string
	PrivacyURL string
	Contact    string
	Zone       offers.ZoneOffset
}

// Context is what every message of one answer is rendered with.
type Context struct {
	Lang    ids.Lang
	Shop    Shop
	Phrases phrase.Table
	Sign    Signer
	NowMS   int64
}

// Part is one thing to say; the set is closed. One answer has at most MaxMessages of them.
type Part interface{ part() }

// The parts.
type (
	// Text is a plain bubble.
	Text struct {
		Key    phrase.Key
		Params phrase.Params
	}
	// Notice is the consent notice with two equal buttons, made by NewNotice so that its hash is known.
	Notice struct {
		Notice NoticeText
		Nonce  string
	}
	// Status lists every purpose with state, date and the button that changes it.
	Status struct {
		Standings consent.Standings
		Current   string // notice version in force
	}
	// Carousel shows offers, each with reason and buttons.
	Carousel struct{ Offers []offers.Offer }
	// Plan shows a comparison with the difference in yen a month.
	Plan struct{ Decision offers.PlanDecision }
	// Why lists the facts behind offers, each with この情報を使わない.
	Why struct{ Offers []offers.Offer }
	// History lists purchases in use, newest first, with 使わない and 贈り物でした.
	History struct {
		Purchases []Line
		Plan      *offers.Membership
		PlanName  string
	}
	// Next is the next step of an accepted offer.
	Next struct{ Offer offers.Offer }
	// Confirm asks for the one confirmation of a deletion.
	Confirm struct{ Nonce string }
)

// Line is one purchase with the name a customer knows it by.
type Line struct {
	SKU  ids.SKU
	Name string
	AtMS int64
}

// NoticeText is the exact text and labels of one notice.
type NoticeText struct {
	Purposes []ids.Purpose
	Detail   bool
	Version  string // phrase.NoticeVersion: raised by hand when the change is material; grants under another are stale
	SHA256   string // hexadecimal, over text, labels and language as shown
	Title    string
	Body     []string  // paragraphs
	Sections []Section // one a purpose in the detailed form, in the order of Purposes; empty in the short one
	Agree    string
	Refuse   string
	More     string // くわしく; empty in the detailed form
	Policy   string // label of the link to the policy; empty when the policy has no address
	Lang     ids.Lang
}

// Section is one purpose of a detailed notice, with its own pair of buttons.
type Section struct {
	Purpose ids.Purpose
	Title   string
	Text    string
}

func (Text) part()     {}
func (Notice) part()   {}
func (Status) part()   {}
func (Carousel) part() {}
func (Plan) part()     {}
func (Why) part()      {}
func (History) part()  {}
func (Next) part()     {}
func (Confirm) part()  {}

// MaxMessages is how many message objects one reply can carry.
const MaxMessages = 5

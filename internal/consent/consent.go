// Package consent is the pure heart of consent: ledger events, their fold to a current state, notices and asks.
// It reads no clock and does no I/O; db/consent stores what it defines.
package consent

import (
	"osusume/internal/ids"
)

// State is where one person stands on one purpose.
type State string

// The states an event can bring about. Anything but Given means "not granted".
const (
	Unknown     State = ""            // never asked
	Requested   State = "requested"   // a notice was shown
	Given       State = "given"       // granted by the notice's button
	Refused     State = "refused"     // declined by the notice's button
	Withdrawn   State = "withdrawn"   // taken back: opt-out, block, staff on behalf, erasure
	Expired     State = "expired"     // the grant's validity ended
	Invalidated State = "invalidated" // recorded, but the button was used, foreign or expired
)

// Method says how the decision was expressed.
type Method string

// The methods of the ledger.
const (
	ByButton Method = "button"
	ByText   Method = "text"
	ByBlock  Method = "block"  // LINE's unfollow event
	ByStaff  Method = "staff"  // withdrawal only
	ByImport Method = "import" // with evidence
	BySystem Method = "system" // expiry, erasure
)

// Event is one immutable record of the ledger. ID is derived from what caused it (the webhookEventId and the state), so
// that the same cause recorded twice is one record.
type Event struct {
	ID            string
	Subject       ids.Subject
	State         State
	Purposes      []ids.Purpose // sorted as ids.Purposes
	AtMS          int64         // when the person decided: LINE's timestamp, UTC milliseconds
	ReceivedMS    int64         // when we learned of it
	Method        Method
	NoticeVersion string // content address of the notice shown, empty when none was
	NoticeSHA256  string // hexadecimal hash of the exact text and labels shown
	Lang          ids.Lang
	NonceHash     string // keyed hash of the button's nonce
	EventID       ids.EventID
	ValidUntilMS  int64  // for Given; 0 when not granted
	Actor         string // customer, system, import, or staff:<id>
}

// EffectiveMS is the time the fold orders by. An event dated after its receipt cannot outrank later ones, so its time
// is cut to the receipt.
func (e Event) EffectiveMS() int64 { return min(e.AtMS, e.ReceivedMS) }

// Standing is the current state of one purpose with what brought it about.
type Standing struct {
	State         State
	AtMS          int64 // effective time of the deciding event
	EventID       string
	NoticeVersion string
	NoticeSHA256  string
	ValidUntilMS  int64
}

// Granted says whether the purpose may be used at the given time under the notice that is current then. A grant under
// another notice version is stale and does not count; currentNotice empty skips that check.
func (s Standing) Granted(nowMS int64, currentNotice string) bool {
	return s.State == Given && nowMS < s.ValidUntilMS && (currentNotice == "" || s.NoticeVersion == currentNotice)
}

// Standings is a person's state for each purpose that has one.
type Standings map[ids.Purpose]Standing

// Granted is Standing.Granted for one purpose.
func (s Standings) Granted(p ids.Purpose, nowMS int64, currentNotice string) bool {
	return s[p].Granted(nowMS, currentNotice)
}

// Any says whether any purpose is granted.
func (s Standings) Any(nowMS int64, currentNotice string) bool {
	for _, standing := range s {
		if standing.Granted(nowMS, currentNotice) {
			return true
		}
	}
	return false
}

// Outranks says whether event a decides over event b for the same person and purpose: the later effective time, then
// withdrawal (and refusal) over anything else, then the greater id. It is a strict total order over distinct ids, so
// folding in any order of arrival gives the same state.
func Outranks(aEffectiveMS int64, aState State, aID string, bEffectiveMS int64, bState State, bID string) bool {
	if aEffectiveMS != bEffectiveMS {
		return aEffectiveMS > bEffectiveMS
	}
	if aRank, bRank := tieRank(aState), tieRank(bState); aRank != bRank {
		return aRank > bRank
	}
	return aID > bID
}

func tieRank(s State) int {
	switch s {
	case Withdrawn:
		return 3
	case Refused, Expired, Invalidated:
		return 2
	case Given:
		return 1
	default:
		return 0
	}
}

// Decides says whether the state takes part in the fold. A request shows that a notice was sent, and an invalidated
// grant shows that a stale button was pressed; neither changes where the person stands.
func (s State) Decides() bool { return s != Requested && s != Invalidated && s != Unknown }

// Fold gives the standings that a set of one person's events leads to, in whatever order they come and however often
// one is repeated.
func Fold(events []Event) Standings {
	standings := Standings{}
	for _, e := range events {
		if !e.State.Decides() {
			continue
		}
		for _, p := range e.Purposes {
			current, exists := standings[p]
			if exists && !Outranks(e.EffectiveMS(), e.State, e.ID, current.AtMS, current.State, current.EventID) {
				continue
			}
			standings[p] = Standing{
				State: e.State, AtMS: e.EffectiveMS(), EventID: e.ID,
				NoticeVersion: e.NoticeVersion, NoticeSHA256: e.NoticeSHA256, ValidUntilMS: e.ValidUntilMS,
			}
		}
	}
	return standings
}

// Ask is a notice shown to one person with its single-use nonce. The nonce itself lives only in the buttons; the store
// keeps its keyed hash. The grant button works once; the refuse button may be pressed at any time, since refusing
// twice harms nobody.
type Ask struct {
	NonceHash     string
	Subject       ids.Subject
	Purposes      []ids.Purpose
	NoticeVersion string
	NoticeSHA256  string
	Lang          ids.Lang
	ShownMS       int64
	ExpiresMS     int64 // ShownMS + 24 h
	UsedMS        int64 // 0 until the grant button was used
}

// AskLifeMS is how long a notice's buttons work: 24 hours (privacy.md A4).
const AskLifeMS = 24 * 60 * 60 * 1000

// GrantLifeMonths is how long a grant lasts before it is asked for again (privacy.md A8).
const GrantLifeMonths = 24

// Refusal says why an ask cannot be honoured, or that it can.
type Refusal uint8

// The answers of Ask.Check.
const (
	Fine Refusal = iota
	Foreign
	Stale
	Used
	OutOfDate // the notice has changed since it was shown
)

// Check says whether the person may grant by this ask now. A nil ask (unknown nonce) is Foreign.
func (a *Ask) Check(subject ids.Subject, nowMS int64, currentNotice string) Refusal {
	switch {
	case a == nil || a.Subject != subject:
		return Foreign
	case a.UsedMS != 0:
		return Used
	case nowMS >= a.ExpiresMS || nowMS < a.ShownMS-60_000:
		return Stale
	case currentNotice != "" && a.NoticeVersion != currentNotice:
		return OutOfDate
	default:
		return Fine
	}
}

// MinimumAge is the age in years under which purchases are not used (privacy.md A17).
const MinimumAge = 16

// TooYoung says whether a person born in a year is under MinimumAge in another, by the years alone. 0 is an unknown
// birth year, which blocks nothing: the notice says who it is for.
func TooYoung(birthYear, year int) bool { return birthYear != 0 && year-birthYear < MinimumAge }

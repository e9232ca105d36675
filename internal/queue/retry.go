package queue

// Outcome is how one attempt at LINE ended, as far as a retry is concerned.
type Outcome uint8

// The outcomes.
const (
	Accepted    Outcome = 1 // 2xx; for a push also 409
	Refused     Outcome = 2 // 4xx other than 409 and 429: the same bytes will be refused again
	NoAnswer    Outcome = 3 // timeout, broken connection or 5xx: LINE may have accepted it
	RateLimited Outcome = 4 // 429 for speed: not accepted, try again a little later
	OverQuota   Outcome = 5 // 429 for the month: not accepted, trying again is useless
	NotSent     Outcome = 6 // the request never left us whole (no connection, no token): not accepted, try again
)

// replyWaits are the waits between the attempts at a reply, in milliseconds, before up to half as much again is added to
// spread them. The contract promises the second attempt within 1 s and the third within 3 s more; the later ones carry
// a reply over a longer failure of LINE inside the token's minute, and cannot double it, since a token works once.
var replyWaits = [...]int64{400, 1_800, 4_000, 7_000, 12_000}

// Push waits, in milliseconds.
const (
	pushFirstWait   = 1_000
	pushLongestWait = 15 * 60 * 1000
)

// Next decides what follows an attempt. attempt counts from 1 and includes the one just made; doubtful says whether an
// earlier attempt had no answer; jitter in [0,1) spreads retries; now and deadline are UTC milliseconds.
//
// A reply token is single-use, so a reply of unknown outcome may be tried again with the same token: LINE accepts it
// once. A refusal after such an attempt leaves the outcome unknown. A push is retried with its retry key until its
// deadline.
func Next(kind OutKind, outcome Outcome, attempt int, doubtful bool, jitter float64, now, deadline int64) (state OutState, nextTryMS int64, nowDoubtful bool) {
	nowDoubtful = doubtful || outcome == NoAnswer
	switch outcome {
	case Accepted:
		return Sent, 0, nowDoubtful
	case Refused, OverQuota:
		if doubtful {
			return Unknown, 0, true
		}
		return Failed, 0, false
	case NoAnswer, RateLimited, NotSent:
	}
	gaveUp := Failed
	if nowDoubtful {
		gaveUp = Unknown
	}
	var wait int64
	if kind == Reply {
		if attempt > len(replyWaits) {
			return gaveUp, 0, nowDoubtful
		}
		wait = replyWaits[max(attempt, 1)-1]
		wait += int64(jitter * float64(wait) / 2)
	} else {
		wait = pushLongestWait
		if attempt < 11 {
			wait = min(wait, int64(pushFirstWait)<<(max(attempt, 1)-1))
		}
		wait = wait/2 + int64(jitter*float64(wait)/2)
	}
	if now+wait >= deadline {
		return gaveUp, 0, nowDoubtful
	}
	return Queued, now + wait, nowDoubtful
}

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
)

// Reply waits, in milliseconds: contract.md promises a second attempt within 1 s and a third within 3 s more.
const (
	replyFirstWait  = 400
	replySecondWait = 1_800
	replyAttempts   = 3
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
	case NoAnswer, RateLimited:
	}
	gaveUp := Failed
	if nowDoubtful {
		gaveUp = Unknown
	}
	var wait int64
	if kind == Reply {
		if attempt >= replyAttempts {
			return gaveUp, 0, nowDoubtful
		}
		wait = replyFirstWait
		if attempt > 1 {
			wait = replySecondWait
		}
		wait += int64(jitter * float64(wait) / 2)
	} else {
		wait = pushLongestWait
		if attempt < 11 {
			wait = min(wait, int64(pushFirstWait)<<(attempt-1))
		}
		wait = wait/2 + int64(jitter*float64(wait)/2)
	}
	if now+wait >= deadline {
		return gaveUp, 0, nowDoubtful
	}
	return Queued, now + wait, nowDoubtful
}

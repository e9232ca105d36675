package dialog

import "strings"

// IsOptOut says whether the text asks to stop. It needs no dictionary and no state, and is wrong rather by stopping than by
// not stopping.
func IsOptOut(text string) bool {
	var space [512]byte
	var plain [512]byte
	folded, other := normalise(space[:0], plain[:0], text, 1)
	f, rule := stopRule(text, folded, other)
	if rule == nil && decide(compiledAsk(), f) == nil {
		rule, _ = guess(folded, f)
		return rule != nil && rule.intent == OptOut
	}
	return rule != nil
}

// normalise folds a text and puts the words of the lexicon for their variants.
func normalise(dst, scratch []byte, text string, keep int) (out []byte, other bool) {
	folded, other := fold(scratch, text, keep)
	return variants().apply(dst, folded), other
}

// stopRule looks for a stop in the folded text. A run of one letter may be emphasis (やめてええええ) or belong to a word that
// ends in the same letter (もういいいい), and a long vowel may be part of a word or not, so that such a text is looked at both
// ways.
func stopRule(text string, folded []byte, other bool) (found, *compiledRule) {
	f := vocabulary().scan(folded)
	if rule := decide(compiledStop(), f); rule != nil {
		return f, rule
	}
	if !other {
		return f, nil
	}
	var space [512]byte
	var plain [512]byte
	twice, _ := normalise(space[:0], plain[:0], text, 2)
	g := vocabulary().scan(twice)
	if rule := decide(compiledStop(), g); rule != nil {
		return g, rule
	}
	return f, nil
}

// Recognise gives what a customer's words mean. It takes any bytes, and gives the same answer for the same text.
func Recognise(text string) Recognised {
	var space [512]byte
	var plain [512]byte
	folded, other := normalise(space[:0], plain[:0], text, 1)
	if len(folded) == 0 {
		if strings.ContainsAny(text, "?？﹖") {
			return Recognised{Intent: Help, Confidence: 0.9, Words: "?"}
		}
		return Recognised{Intent: Other}
	}
	r := Recognised{Intent: Other, Confidence: 0.3, Words: display(text)}
	f, rule := stopRule(text, folded, other)
	if rule == nil {
		rule = decide(compiledAsk(), f)
	}
	if rule == nil {
		rule, _ = guess(folded, f)
	}
	if rule != nil {
		r.Intent, r.Confidence = rule.intent, rule.confidence
	}
	if r.Intent == Recommend || r.Intent == More {
		r.Topic = topic(r.Words)
	}
	return r
}

// isBareYes says whether the words are a yes that names nothing: はい, OK.
func isBareYes(words string) bool {
	var space [512]byte
	var plain [512]byte
	folded, _ := normalise(space[:0], plain[:0], words, 1)
	f := vocabulary().scan(folded)
	return f.classes.hasAny(setOf(cYes)) && !f.classes.hasAny(setOf(cAgree, cResume, cConsent))
}

// reasonIn finds the reason that a typed decline gives, if it gives one.
func reasonIn(words string) DeclineReason {
	var space [512]byte
	var plain [512]byte
	folded, _ := normalise(space[:0], plain[:0], words, 1)
	f := vocabulary().scan(folded)
	for _, r := range reasonRules {
		if f.classes.hasAny(setOf(r.class)) {
			return r.reason
		}
	}
	return NoReason
}

// reasonRules say which words give which reason; the first that occurs decides.
var reasonRules = []struct {
	class  class
	reason DeclineReason
}{
	{cReasonLater, NotNow},
	{cReasonPrice, TooExpensive},
	{cReasonHave, AlreadyHave},
	{cReasonTaste, NotMyTaste},
	{cLess, TooOften},
}

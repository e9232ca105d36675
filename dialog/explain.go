package dialog

import (
	"fmt"
	"slices"
	"strings"
)

// Explanation says how a text was understood, for a person who wants to know why.
type Explanation struct {
	Recognised
	Folded string  // the text as words are looked for in it
	Found  []Match // every word found, in order
	Rest   int     // letters that belong to no word
	Rule   string  // the rule that decided, or why there is none
}

// Match is one word found.
type Match struct {
	Word  string
	Kinds []string // what it counts as
}

// Explain recognises the text as Recognise does and says why.
func Explain(text string) Explanation {
	e := Explanation{Recognised: Recognise(text)}
	folded, other := normalise(nil, nil, text, 1)
	if len(folded) == 0 {
		e.Rule = "no words"
		return e
	}
	f, rule := stopRule(text, folded, other)
	if rule == nil {
		rule = decide(compiledAsk(), f)
	}
	if rule == nil {
		if g, fuzzy := guess(folded, f); g != nil {
			rule, folded = g, fuzzy
		}
	}
	e.Folded = string(folded)
	f = vocabulary().look(folded, func(word string, kinds classes) {
		e.Found = append(e.Found, Match{word, kinds.names()})
	})
	e.Rest = f.rest
	e.Rule = "no rule fits"
	if rule != nil {
		e.Rule = rule.describe()
	}
	return e
}

func (r *compiledRule) describe() string {
	parts := []string{fmt.Sprintf("%s needs %s", r.intent, strings.Join(r.all.names(), " and "))}
	if r.any != (classes{}) {
		parts = append(parts, "one of "+strings.Join(r.any.names(), ", "))
	}
	if r.none != (classes{}) {
		parts = append(parts, "none of "+strings.Join(r.none.names(), ", "))
	}
	if r.maxRest >= 0 {
		parts = append(parts, fmt.Sprintf("at most %d letters besides", r.maxRest))
	}
	return strings.Join(parts, "; ")
}

func (c classes) names() []string {
	var all []string
	for k := range classCount {
		if c.hasAny(setOf(k)) {
			all = append(all, classNames[k])
		}
	}
	slices.Sort(all)
	return all
}

// classNames are what a person reads, in the order of the classes.
var classNames = [classCount]string{
	cRefuse: "refuses outright", cHalt: "halt", cHaltWeak: "halt?", cHaltBare: "halt alone", cUnstop: "not to stop",
	cMessages: "messages", cData: "data", cUseNot: "not to use", cConsent: "consent", cRevoke: "revoke",
	cNeedless: "needless", cLess: "less", cContract: "contract", cLink: "link", cOff: "off", cRecommend: "suggest",
	cWeakRecommend: "asks", cMore: "more", cPlan: "plan", cWhy: "why", cTake: "take", cTakeWeak: "take?", cPoint: "points",
	cPass: "pass", cPassBare: "pass alone", cYes: "yes", cResume: "resume", cAgree: "agree", cStatus: "consent status",
	cHistory: "history", cExport: "export", cErase: "erase", cEraseWeak: "erase?", cHuman: "a person", cComplaint: "complaint",
	cCancel: "cancel", cUnlink: "unlink", cHelp: "help", cHelpBare: "help alone", cThanks: "thanks", cGreeting: "greeting",
	cFiller: "filler", cThing: "a thing", cShow: "show", cMine: "mine", cNow: "now", cBot: "the machine",
	cNoAgree: "does not agree", cNotDo: "not to do", cAnything: "anything", cOptInAgain: "messages anew", cGrief: "grief or illness",
	cReasonPrice: "reason: price", cReasonHave: "reason: has it", cReasonLater: "reason: later", cReasonTaste: "reason: taste",
}

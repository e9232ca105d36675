package dialog

import "sync"

// intentRule is one row of the table of meanings: an intent, and what of a text brings it about. The first rule that fits
// decides, so the order is part of the meaning: what must not be missed comes first.
type intentRule struct {
	intent     Intent
	all        []class // every one occurs
	any        []class // at least one occurs; empty asks nothing
	none       []class // none occurs
	maxRest    int     // at most so many letters beyond the lexicon; negative asks nothing
	confidence float64
}

const anyRest = -1

// stopRules decide what an opt-out is. They are also all that the door asks.
var stopRules = []intentRule{
	{OptOut, []class{cRefuse}, nil, nil, anyRest, 1},
	{OptOut, []class{cNoAgree}, nil, nil, anyRest, 0.95},
	{OptOut, []class{cData, cUseNot}, nil, nil, anyRest, 0.95},
	{OptOut, []class{cConsent, cRevoke}, nil, []class{cUnstop, cResume}, anyRest, 0.95},
	{OptOut, []class{cHalt, cMessages}, nil, nil, anyRest, 1},
	{OptOut, []class{cHalt}, nil, []class{cContract, cLink, cComplaint, cCancel}, anyRest, 1},
	{OptOut, []class{cHaltWeak, cMessages}, nil, []class{cComplaint, cUnstop, cResume, cHuman}, anyRest, 0.9},
	{OptOut, []class{cNeedless, cMessages}, nil, []class{cNow}, anyRest, 0.95},
	{OptOut, []class{cNotDo, cMessages}, nil, []class{cUnstop, cThing, cComplaint, cHuman, cTake, cErase}, anyRest, 0.9},
	{OptOut, []class{cNotDo, cData}, nil, []class{cUnstop, cThing, cComplaint, cHuman, cTake, cErase}, anyRest, 0.9},
	{OptOut, []class{cData, cNeedless}, nil, []class{cNow, cRecommend, cComplaint}, anyRest, 0.8},
	{OptOut, []class{cUseNot}, nil, []class{cPass, cAgree}, 2, 0.8},
	{OptOut, []class{cHaltWeak}, nil, []class{cContract, cLink, cComplaint, cUnstop, cResume, cPlan, cEraseWeak, cCancel, cTake, cMine, cHistory, cErase}, 0, 0.7},
	{OptOut, []class{cHaltBare}, nil, []class{cContract, cLink, cComplaint, cUnstop, cResume, cPlan, cCancel, cMine, cErase, cHelp, cHuman}, 0, 0.7},
}

// askRules decide every other intent.
var askRules = []intentRule{
	{Unlink, []class{cUnlink}, nil, nil, anyRest, 1},
	{Human, []class{cGrief}, nil, nil, anyRest, 0.9},
	{OptIn, []class{cOptInAgain}, nil, nil, anyRest, 0.9},
	{Unlink, []class{cLink, cOff}, nil, []class{cCancel}, anyRest, 0.9},
	{OptIn, []class{cResume}, []class{cConsent, cMessages, cAgree}, []class{cComplaint, cStatus}, anyRest, 0.9},

	{Recommend, []class{cComplaint, cRecommend, cThing}, nil, nil, anyRest, 0.6},
	{Cancel, []class{cCancel}, nil, []class{cComplaint}, anyRest, 1},
	{Complaint, []class{cComplaint}, nil, []class{cErase}, anyRest, 0.9},
	{Cancel, []class{cCancel}, nil, nil, anyRest, 1},
	{Cancel, []class{cContract}, []class{cHalt, cHaltWeak, cHaltBare, cNeedless}, []class{cRecommend}, anyRest, 0.9},

	{Erase, []class{cErase}, nil, nil, anyRest, 0.95},
	{Erase, []class{cEraseWeak}, nil, []class{cMessages, cRecommend, cPoint}, 2, 0.7},
	{Export, []class{cExport}, nil, nil, anyRest, 0.95},
	{ConsentStatus, []class{cStatus}, nil, []class{cComplaint}, anyRest, 0.95},
	{ConsentStatus, []class{cConsent}, []class{cShow, cHelp, cWhy}, nil, 2, 0.8},
	{OptIn, []class{cAgree}, nil, []class{cWhy}, anyRest, 0.95},
	{OptIn, []class{cResume}, nil, []class{cRecommend, cHuman, cThanks, cContract, cMore, cHelp}, 2, 0.9},

	{Why, []class{cWhy}, nil, nil, anyRest, 0.9},
	{Link, []class{cLink}, nil, []class{cRecommend, cHuman}, anyRest, 0.9},
	{Human, []class{cHuman}, nil, []class{cRecommend, cMore}, anyRest, 0.9},
	{Human, []class{cBot, cHuman}, nil, nil, anyRest, 0.9},
	{Recommend, []class{cHistory, cRecommend}, nil, nil, anyRest, 0.8},
	{History, []class{cHistory}, nil, nil, anyRest, 0.95},
	{Export, []class{cMine, cData, cShow}, nil, nil, anyRest, 0.85},
	{Export, []class{cData, cMine}, nil, nil, 2, 0.7},
	{Export, []class{cData, cShow}, nil, []class{cRecommend}, 1, 0.7},

	{Decline, []class{cNeedless, cMessages}, nil, nil, anyRest, 0.8},
	{Decline, []class{cPass}, nil, []class{cRecommend, cMore, cPlan}, anyRest, 0.9},
	{Decline, []class{cPass}, nil, []class{cMore}, 6, 0.8},
	{Decline, []class{cNeedless}, nil, nil, anyRest, 0.85},
	{Decline, []class{cLess}, nil, []class{cRecommend, cMore, cPlan}, 4, 0.7},
	{Decline, []class{cLess, cMessages}, nil, nil, anyRest, 0.7},

	{More, []class{cMore}, nil, []class{cPlan}, anyRest, 0.9},
	{Plan, []class{cPlan}, nil, nil, anyRest, 0.95},
	{Accept, []class{cTake}, nil, []class{cRecommend}, anyRest, 0.9},
	{Accept, []class{cTakeWeak, cPoint}, nil, []class{cRecommend}, 3, 0.85},
	{Accept, []class{cTakeWeak}, nil, []class{cRecommend, cAnything, cYes, cGreeting}, 0, 0.7},
	{Recommend, []class{cRecommend}, nil, nil, anyRest, 0.95},
	{Help, []class{cHelp}, nil, nil, anyRest, 0.9},
	{OptIn, []class{cYes}, nil, []class{cGreeting, cThanks, cHelpBare, cWeakRecommend}, 0, 0.6},
	{Thanks, []class{cThanks}, nil, nil, anyRest, 0.9},
	{Greeting, []class{cGreeting}, nil, []class{cWeakRecommend}, anyRest, 0.9},
	{Decline, []class{cPassBare}, nil, nil, 0, 0.7},
	{Recommend, []class{cWeakRecommend}, nil, []class{cPoint}, anyRest, 0.6},
	{Help, []class{cHelpBare}, nil, nil, 0, 0.5},
	{Greeting, []class{cGreeting}, nil, nil, anyRest, 0.7},
}

type compiledRule struct {
	intent         Intent
	all, any, none classes
	maxRest        int
	confidence     float64
}

func compile(rules []intentRule) []compiledRule {
	out := make([]compiledRule, len(rules))
	for i, r := range rules {
		out[i] = compiledRule{
			intent: r.intent, all: setOf(r.all...), any: setOf(r.any...), none: setOf(r.none...),
			maxRest: r.maxRest, confidence: r.confidence,
		}
	}
	return out
}

var (
	compiledStop = sync.OnceValue(func() []compiledRule { return compile(stopRules) })
	compiledAsk  = sync.OnceValue(func() []compiledRule { return compile(askRules) })
)

// decide gives the first rule that fits.
func decide(rules []compiledRule, f found) *compiledRule {
	for i := range rules {
		r := &rules[i]
		if !f.classes.hasAll(r.all) || f.classes.hasAny(r.none) {
			continue
		}
		if r.any != (classes{}) && !f.classes.hasAny(r.any) {
			continue
		}
		if r.maxRest >= 0 && f.rest > r.maxRest {
			continue
		}
		return r
	}
	return nil
}

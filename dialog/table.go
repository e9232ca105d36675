package dialog

import "sync"

// The conditions.
var (
	always    = Condition{}
	granted   = Condition{"purchases may be used", func(s *situation) bool { return s.canUsePurchases() }}
	ungranted = Condition{"no consent", func(s *situation) bool { return !s.canUsePurchases() }}
	fine      = Condition{"the button is good", func(s *situation) bool { return s.fine() }}
	repeated  = Condition{"already granted", func(s *situation) bool { return s.allGranted() }}
	stale     = Condition{"the button is too old", func(s *situation) bool { return s.press.Stale }}
	noOffer   = Condition{"too old, or no offer of this person", func(s *situation) bool {
		return s.press.Stale || (!s.facts.HasOffer && (s.press.Value != "" || s.facts.Shown == 0))
	}}
	someShown  = Condition{"offers were shown", func(s *situation) bool { return s.facts.Shown > 0 }}
	someFound  = Condition{"some were found", func(s *situation) bool { return s.offers.Count > 0 || s.count > 0 }}
	bareYes    = Condition{"a bare yes, purchases may be used", func(s *situation) bool { return s.canUsePurchases() && isBareYes(s.words.Words) }}
	yesWord    = Condition{"a bare yes", func(s *situation) bool { return isBareYes(s.words.Words) }}
	withReason = Condition{"with a reason", func(s *situation) bool { return reasonIn(s.words.Words) != NoReason }}
	unblocked  = Condition{"unblocked", func(s *situation) bool { return s.follow.Unblocked }}
	onePurpose = Condition{"a purpose is named", func(s *situation) bool { return s.purpose() != "" }}
	planStays  = Condition{"the plan fits", func(s *situation) bool { return s.plan == PlanStay && s.canUsePurchases() }}
	planMoves  = Condition{"another plan fits better", func(s *situation) bool {
		return (s.plan == PlanUp || s.plan == PlanDown) && s.canUsePurchases()
	}}
)

var (
	handedOff = states{HandedOff}
	asked     = states{Asked}
	offered   = states{Offered, Declined}
	planned   = states{Planned}
	erasing   = states{Erasing}
	beginning = states{New}
)

var allRows = sync.OnceValue(func() []Row {
	var all []Row
	for _, group := range [][]Row{stopRows(), silentRows(), consentRows(), offerRows(), planRows(), dataRows(), personRows(), talkRows()} {
		all = append(all, group...)
	}
	return all
})

// stopRows come first: a stop wins in every state, and in hand-over too.
func stopRows() []Row {
	return []Row{
		{said(OptOut), handedOff, always, Keep, "withdraw every purpose; 停止しました, finer choices", stopByText},
		{said(OptOut), nil, always, Idle, "withdraw every purpose; 停止しました, finer choices", stopByText},
		{pressed(PressStopAll), handedOff, always, Keep, "withdraw every purpose; 停止しました, finer choices", stopByButton},
		{pressed(PressStopAll), nil, always, Idle, "withdraw every purpose; 停止しました, finer choices", stopByButton},
		{pressed(PressWithdraw), nil, onePurpose, Keep, "withdraw that purpose; 停止しました", withdrawOne},
		{pressed(PressWithdraw), nil, always, Keep, "withdraw every purpose; 停止しました, finer choices", stopByButton},
		{pressed(PressFewer), nil, always, Keep, "say that nothing is sent unasked", sayFewer},
		{pressed(PressPause), nil, always, Keep, "say that nothing is sent unasked", sayPause},
		{onUnfollowed, handedOff, always, Keep, "withdraw every purpose", blockAll},
		{onUnfollowed, nil, always, Idle, "withdraw every purpose", blockAll},
		{onGroup, nil, always, Keep, "point to the one-to-one chat", sayGroup},
	}
}

// silentRows leave hand-over to staff. What may still be answered there stands in its own rows.
func silentRows() []Row {
	var rows []Row
	for _, i := range Intents() {
		switch i {
		case OptOut, ConsentStatus, Export, Erase:
			continue
		}
		rows = append(rows, Row{said(i), handedOff, always, Keep, "nothing: staff answer", nil})
	}
	for _, a := range Actions() {
		switch a {
		case PressGrant, PressRefuse, PressDetails, PressAskFor, PressWithdraw, PressErase, PressKeep, PressStopAll, PressPause,
			PressFewer, PressStatus:
			continue
		case PressForget, PressGift:
			rows = append(rows, Row{pressed(a), handedOff, always, Keep, "mark it, without a word", forgetSilently})
			continue
		}
		rows = append(rows, Row{pressed(a), handedOff, always, Keep, "nothing: staff answer", nil})
	}
	for _, on := range []Trigger{onFollowed, onSent, onOffers, onPlan, onHistory} {
		rows = append(rows, Row{on, handedOff, always, Keep, "nothing: staff answer", nil})
	}
	return rows
}

func consentRows() []Row {
	return []Row{
		{onFollowed, nil, unblocked, Asked, "withdraw every purpose; welcome back; notice of purchase_history", welcomeBack},
		{onFollowed, nil, granted, Idle, "welcome", welcomeKnown},
		{onFollowed, nil, always, Asked, "welcome; notice of purchase_history", welcome},

		{said(OptIn), erasing, yesWord, Keep, "only the button deletes: ask again", eraseByButton},
		{said(OptIn), offered, bareYes, Keep, "point to the buttons of the cards", notedOffered},
		{said(OptIn), nil, bareYes, Keep, "short answer", noted},
		{said(OptIn), nil, granted, Asked, "say it is recorded; notice", optInAlready},
		{said(OptIn), nil, always, Asked, "notice with its buttons", optIn},

		{pressed(PressGrant), handedOff, fine, Keep, "grant exactly what was asked; confirmation, how to stop", grant},
		{pressed(PressGrant), nil, fine, Idle, "grant exactly what was asked; confirmation, how to stop", grant},
		{pressed(PressGrant), nil, repeated, Keep, "say it is recorded", grantAlready},
		{pressed(PressGrant), handedOff, always, Keep, "say it was not recorded; notice anew", grantAgain},
		{pressed(PressGrant), nil, always, Asked, "say it was not recorded; notice anew", grantAgain},
		{pressed(PressRefuse), handedOff, always, Keep, "record the refusal; thanks", refuseByButton},
		{pressed(PressRefuse), nil, always, Idle, "record the refusal; thanks", refuseByButton},
		{pressed(PressDetails), handedOff, always, Keep, "the notice's long form", details},
		{pressed(PressDetails), nil, always, Asked, "the notice's long form", details},
		{pressed(PressAskFor), handedOff, always, Keep, "notice of that purpose", askFor},
		{pressed(PressAskFor), nil, always, Asked, "notice of that purpose", askFor},

		{said(ConsentStatus), nil, always, Keep, "every purpose with state, date and button", status},
		{pressed(PressStatus), nil, always, Keep, "every purpose with state, date and button", status},
	}
}

func offerRows() []Row {
	return []Row{
		{said(Recommend), nil, always, Idle, "look for offers, own purchases only with consent", askOffers},
		{pressed(PressRecommend), nil, always, Idle, "look for offers, own purchases only with consent", askOffers},
		{said(More), nil, always, Keep, "look for further offers", askMore},
		{pressed(PressMore), nil, always, Keep, "look for further offers", askMore},
		{onOffers, nil, someFound, Offered, "show them; without consent also how to opt in", showOffers},
		{onOffers, offered, always, Keep, "say there is nothing else", noMore},
		{onOffers, nil, granted, Keep, "say honestly that nothing fits better", nothingFits},
		{onOffers, nil, always, Keep, "say there is nothing to show", nothingToShow},

		{said(Why), planned, always, Keep, "the facts used, each with この情報を使わない", showWhy},
		{said(Why), nil, someShown, Keep, "the facts used, each with この情報を使わない", showWhy},
		{said(Why), nil, always, Keep, "say nothing was suggested yet", whyNothing},
		{pressed(PressWhy), nil, noOffer, Keep, "say the offer is no longer open", gone},
		{pressed(PressWhy), nil, always, Keep, "the facts used, each with この情報を使わない", showWhy},

		{said(Accept), erasing, always, Keep, "only the button deletes: ask again", eraseByButton},
		{said(Accept), nil, someShown, Keep, "record; next step", accept},
		{said(Accept), nil, always, Keep, "ask which", acceptNothing},
		{pressed(PressInterested), nil, noOffer, Keep, "say the offer is no longer open", gone},
		{pressed(PressInterested), nil, always, Keep, "record; next step", accept},
		{pressed(PressTry), nil, noOffer, Keep, "say the offer is no longer open", gone},
		{pressed(PressTry), nil, always, Idle, "record; next step", accept},

		{said(Decline), erasing, always, Idle, "nothing is deleted", eraseKept},
		{said(Decline), asked, ungranted, Idle, "record the refusal; thanks", refuseByText},
		{said(Decline), planned, always, Idle, "record; the plan stays", planKept},
		{said(Decline), states{Offered, Declined}, withReason, Idle, "record with the reason; what follows", declineWithReason},
		{said(Decline), states{Offered}, someShown, Declined, "record; ask the reason by one tap, with what follows", decline},
		{said(Decline), states{Declined}, always, Idle, "what follows", declineNoted},
		{said(Decline), nil, always, Keep, "short answer", declineNothing},
		{pressed(PressDecline), nil, noOffer, Keep, "say the offer is no longer open", gone},
		{pressed(PressDecline), nil, always, Declined, "record; ask the reason by one tap, with what follows", decline},
		{pressed(PressReason), nil, always, Idle, "record with the reason; what follows", declineWithReason},

		{pressed(PressForget), nil, always, Keep, "mark it; say it is not used any more", forget},
		{pressed(PressGift), nil, always, Keep, "mark it as a gift; say it is not used any more", forget},
	}
}

func planRows() []Row {
	return []Row{
		{said(Plan), nil, granted, Idle, "compare plans from own use", askPlan},
		{said(Plan), nil, always, Asked, "say it needs consent; notice", planConsent},
		{pressed(PressPlan), nil, granted, Idle, "compare plans from own use", askPlan},
		{pressed(PressPlan), nil, always, Asked, "say it needs consent; notice", planConsent},
		{onPlan, nil, planMoves, Planned, "show the comparison", showPlan},
		{onPlan, nil, planStays, Idle, "say the plan is the best as it is", showPlanStays},
		{onPlan, nil, granted, Idle, "say no plan is known", planUnknown},
		{onPlan, nil, always, Asked, "say it needs consent; notice", planConsent},
		{pressed(PressStay), nil, stale, Keep, "the plan stays", sayPlanStays},
		{pressed(PressStay), nil, always, Idle, "record; the plan stays", planKept},
	}
}

func dataRows() []Row {
	return []Row{
		{said(History), nil, granted, Idle, "look up the purchases in use", askHistory},
		{said(History), nil, always, Asked, "say it needs consent; notice", historyConsent},
		{pressed(PressHistory), nil, granted, Idle, "look up the purchases in use", askHistory},
		{pressed(PressHistory), nil, always, Asked, "say it needs consent; notice", historyConsent},
		{onHistory, nil, ungranted, Asked, "say it needs consent; notice", historyConsent},
		{onHistory, nil, someFound, Keep, "show them", showHistory},
		{onHistory, nil, always, Keep, "say there are none", historyEmpty},

		{said(Export), nil, always, Keep, "the shop's contact", export},
		{said(Erase), handedOff, always, Keep, "ask for the one confirmation", askErase},
		{said(Erase), nil, always, Erasing, "ask for the one confirmation", askErase},
		{pressed(PressErase), nil, fine, New, "withdraw and erase everything; receipt", erase},
		{pressed(PressErase), handedOff, always, Keep, "say nothing was deleted; ask anew", eraseAgain},
		{pressed(PressErase), nil, always, Erasing, "say nothing was deleted; ask anew", eraseAgain},
		{pressed(PressKeep), handedOff, always, Keep, "nothing is deleted", eraseKept},
		{pressed(PressKeep), nil, always, Idle, "nothing is deleted", eraseKept},
	}
}

func personRows() []Row {
	return []Row{
		{said(Human), nil, always, HandedOff, "hand over to staff", human},
		{pressed(PressHuman), nil, always, HandedOff, "hand over to staff", human},
		{said(Complaint), nil, always, HandedOff, "apologise; hand over; offers pause", complaint},
		{said(Cancel), nil, always, Idle, "the procedure, no counter-offer", cancel},
		{said(Link), nil, always, Keep, "the shop's contact", link},
		{said(Unlink), nil, always, Keep, "the shop's contact", unlink},
	}
}

func talkRows() []Row {
	return []Row{
		{said(Help), nil, always, Keep, "what can be asked, as buttons", help},
		{pressed(PressHelp), nil, always, Keep, "what can be asked, as buttons", help},
		{said(Thanks), nil, always, Keep, "short answer", thanks},
		{said(Greeting), beginning, always, Idle, "greeting; it is automatic", greetingNew},
		{said(Greeting), nil, always, Keep, "greeting", greeting},
		{said(Other), beginning, always, Idle, "it is automatic; buttons", otherNew},
		{said(Other), asked, always, Keep, "consent is optional; buttons", otherAsked},
		{said(Other), offered, always, Keep, "not understood; buttons", otherOffered},
		{said(Other), nil, always, Keep, "not understood; buttons", other},
		{onSent, beginning, always, Idle, "thanks; buttons", sent},
		{onSent, nil, always, Keep, "thanks; buttons", sent},
	}
}

package dialog

import (
	"slices"
	"strings"

	"osusume/internal/consent"
	"osusume/internal/ids"
	"osusume/internal/phrase"
)

// What the situation says.

func (s *situation) canUsePurchases() bool { return s.facts.Granted(ids.PurchaseHistory) }

// fine says whether the pressed grant or deletion can be honoured, and for a grant what it would grant.
func (s *situation) fine() bool {
	if s.press.Stale || s.facts.AskCheck != consent.Fine {
		return false
	}
	return s.press.Action != PressGrant || len(s.facts.AskFor) > 0
}

func (s *situation) allGranted() bool {
	if s.facts.AskCheck == consent.Foreign || len(s.facts.AskFor) == 0 {
		return false
	}
	for _, p := range s.facts.AskFor {
		if !s.facts.Granted(p) {
			return false
		}
	}
	return true
}

// purpose is the purpose a button names, empty when it names none.
func (s *situation) purpose() ids.Purpose {
	if p := ids.Purpose(s.press.Value); p.Valid() {
		return p
	}
	return ""
}

func (s *situation) offer() ids.OfferID {
	if s.facts.HasOffer {
		return ids.OfferID(s.press.Value)
	}
	return ""
}

// purposeNames joins the names of purposes as the customer reads them.
func (s *situation) purposeNames(list []ids.Purpose) string {
	names := make([]string, 0, len(list))
	for _, p := range list {
		if name, err := phrase.Builtin().Text(s.facts.Lang, phrase.PurposeName(p), nil); err == nil {
			names = append(names, name)
		}
	}
	if s.facts.Lang == ids.English {
		return strings.Join(names, ", ")
	}
	return strings.Join(names, "、")
}

// What is done.

func say(key phrase.Key, choices ...Choice) Effect { return Say{Key: key, Choices: choices} }

func (s *situation) sayContact(key phrase.Key, choices ...Choice) Effect {
	return Say{Key: key, Params: phrase.Params{"contact": s.facts.Contact}, Choices: choices}
}

func notice(purposes ...ids.Purpose) Effect { return ShowNotice{Purposes: purposes} }

var (
	toRecommend = Choice{Label: phrase.LabelRecommend, Action: PressRecommend}
	toPlan      = Choice{Label: phrase.LabelPlan, Action: PressPlan}
	toStatus    = Choice{Label: phrase.LabelStatus, Action: PressStatus}
	toHistory   = Choice{Label: phrase.LabelHistory, Action: PressHistory}
	toHelp      = Choice{Label: phrase.LabelHelp, Action: PressHelp}
	toHuman     = Choice{Label: phrase.LabelHuman, Action: PressHuman}
	toMore      = Choice{Label: phrase.LabelMore, Action: PressMore}
	toStop      = Choice{Label: phrase.LabelStopAll, Action: PressStopAll}
)

// fewChoices go with answers that have none of their own.
func fewChoices() []Choice { return []Choice{toRecommend, toHelp, toHuman} }

func stop(method consent.Method) []Effect {
	return []Effect{
		Record{State: consent.Withdrawn, Purposes: ids.Purposes(), Method: method},
		say(phrase.SayStopped,
			Choice{Label: phrase.LabelFewer, Action: PressFewer},
			Choice{Label: phrase.LabelPause, Action: PressPause},
			toStop,
			Choice{Label: phrase.LabelResume, Action: PressAskFor, Value: string(ids.PurchaseHistory)},
		),
	}
}

func stopByText(*situation) []Effect   { return stop(consent.ByText) }
func stopByButton(*situation) []Effect { return stop(consent.ByButton) }

func blockAll(*situation) []Effect {
	return []Effect{Record{State: consent.Withdrawn, Purposes: ids.Purposes(), Method: consent.ByBlock}}
}

func withdrawOne(s *situation) []Effect {
	p := s.purpose()
	return []Effect{
		Record{State: consent.Withdrawn, Purposes: []ids.Purpose{p}, Method: consent.ByButton},
		Say{
			Key: phrase.SayStoppedOne, Params: phrase.Params{"purpose": s.purposeNames([]ids.Purpose{p})},
			Choices: []Choice{{Label: phrase.LabelResume, Action: PressAskFor, Value: string(p)}, toStop, toStatus},
		},
	}
}

func sayFewer(*situation) []Effect { return []Effect{say(phrase.SayFewer, toStatus, toStop)} }
func sayPause(*situation) []Effect { return []Effect{say(phrase.SayPause, toStatus, toStop)} }
func sayGroup(*situation) []Effect { return []Effect{say(phrase.SayGroup)} }

func welcome(*situation) []Effect {
	return []Effect{say(phrase.SayWelcome, toRecommend, toHuman, toHelp), notice(ids.PurchaseHistory)}
}

func welcomeKnown(*situation) []Effect {
	return []Effect{say(phrase.SayWelcomeKnown, toRecommend, toStatus, toHuman, toHelp)}
}

// welcomeBack withdraws once more: the block may have gone unseen, and coming back restores nothing.
func welcomeBack(s *situation) []Effect {
	return append(blockAll(s), say(phrase.SayWelcomeBack, toRecommend, toHuman, toHelp), notice(ids.PurchaseHistory))
}

func optIn(*situation) []Effect { return []Effect{notice(ids.PurchaseHistory)} }

func optInAlready(*situation) []Effect {
	return []Effect{say(phrase.SayOptInAlready, toStatus), notice(ids.PurchaseHistory)}
}

func grant(s *situation) []Effect {
	names := phrase.Params{"purposes": s.purposeNames(s.facts.AskFor)}
	answer := Say{Key: phrase.SayGrantDone, Params: names, Choices: []Choice{toRecommend, toPlan, toHistory, toStatus, toHelp}}
	if s.facts.Today != "" {
		answer.Key = phrase.SayGrantDated
		names["date"] = s.facts.Today
	}
	return []Effect{
		Record{State: consent.Given, Purposes: slices.Clone(s.facts.AskFor), Method: consent.ByButton}, answer,
	}
}

func grantAlready(*situation) []Effect {
	return []Effect{say(phrase.SayGrantAlready, toRecommend, toStatus, toHelp)}
}

func grantAgain(s *situation) []Effect {
	purposes := []ids.Purpose{ids.PurchaseHistory}
	var effects []Effect
	if s.facts.AskCheck != consent.Foreign && len(s.facts.AskFor) > 0 {
		purposes = slices.Clone(s.facts.AskFor)
		effects = append(effects, Record{State: consent.Invalidated, Purposes: purposes, Method: consent.ByButton})
	}
	return append(effects, say(phrase.SayGrantAgain), ShowNotice{Purposes: purposes})
}

func refuse(purposes []ids.Purpose, method consent.Method) []Effect {
	return []Effect{
		Record{State: consent.Refused, Purposes: purposes, Method: method},
		say(phrase.SayRefused, toRecommend, toHelp, toHuman),
	}
}

func refuseByButton(s *situation) []Effect {
	if len(s.facts.AskFor) == 0 {
		return refuse([]ids.Purpose{ids.PurchaseHistory}, consent.ByButton)
	}
	return refuse(slices.Clone(s.facts.AskFor), consent.ByButton)
}

// refuseByText honours a typed no: only a yes needs the button.
func refuseByText(*situation) []Effect {
	return refuse([]ids.Purpose{ids.PurchaseHistory}, consent.ByText)
}

func details(s *situation) []Effect {
	if p := s.purpose(); p != "" {
		return []Effect{ShowNotice{Purposes: []ids.Purpose{p}, Detail: true}}
	}
	return []Effect{ShowNotice{Purposes: ids.Purposes(), Detail: true}}
}

func askFor(s *situation) []Effect {
	if p := s.purpose(); p != "" {
		return []Effect{notice(p)}
	}
	return []Effect{notice(ids.PurchaseHistory)}
}

func status(*situation) []Effect { return []Effect{ShowStatus{}, say(phrase.SayStatus, toStop)} }

func askOffers(s *situation) []Effect {
	return []Effect{AskOffers{Personal: s.canUsePurchases(), Topic: s.words.Topic}}
}

func askMore(s *situation) []Effect {
	return []Effect{AskOffers{Personal: s.canUsePurchases(), More: true, Topic: s.words.Topic}}
}

func showOffers(s *situation) []Effect {
	return []Effect{ShowOffers{Invite: !s.canUsePurchases(), Choices: []Choice{toMore, toHuman, toStop}}}
}

func nothingFits(*situation) []Effect {
	return []Effect{say(phrase.SayNothingFits, toHistory, toPlan, toHuman)}
}

func nothingToShow(*situation) []Effect {
	return []Effect{say(phrase.SayNothingToShow, fewChoices()...)}
}
func noMore(*situation) []Effect { return []Effect{say(phrase.SayNoMore, fewChoices()...)} }

func showWhy(s *situation) []Effect { return []Effect{ShowWhy{Offer: s.offer()}} }

func whyNothing(*situation) []Effect { return []Effect{say(phrase.SayWhyNothing, fewChoices()...)} }
func gone(*situation) []Effect       { return []Effect{say(phrase.SayGone, fewChoices()...)} }

func accept(s *situation) []Effect {
	effects := []Effect{Answer{Offer: s.offer(), Accepted: true}, ShowNext{Offer: s.offer()}}
	if s.offer() == "" && s.facts.Shown > 1 && s.state != Planned {
		effects = append(effects, say(phrase.SayAcceptOthers, toMore, toHuman))
	}
	return effects
}

func acceptNothing(*situation) []Effect {
	return []Effect{say(phrase.SayAcceptNothing, fewChoices()...)}
}

func decline(s *situation) []Effect {
	reason := func(label phrase.Key, r DeclineReason) Choice {
		return Choice{Label: label, Action: PressReason, Value: string(s.offer()), Arg: string(r)}
	}
	return []Effect{
		Answer{Offer: s.offer()},
		say(phrase.SayDeclined,
			reason(phrase.LabelPrice, TooExpensive), reason(phrase.LabelHave, AlreadyHave), reason(phrase.LabelLater, NotNow),
			reason(phrase.LabelTaste, NotMyTaste), reason(phrase.LabelOften, TooOften),
			Choice{Label: phrase.LabelStopOffers, Action: PressStopAll},
		),
	}
}

func declineWithReason(s *situation) []Effect {
	reason := DeclineReason(s.press.Arg)
	if s.press.Action != PressReason {
		reason = reasonIn(s.words.Words)
	}
	key := phrase.SayDeclinedNoted
	switch reason {
	case TooExpensive:
		key = phrase.SayReasonPrice
	case AlreadyHave:
		key = phrase.SayReasonHave
	case NotNow:
		key = phrase.SayReasonLater
	case NotMyTaste:
		key = phrase.SayReasonTaste
	case TooOften:
		key = phrase.SayReasonOften
	default:
		reason = NoReason
	}
	if s.press.Action == PressReason && (s.press.Stale || (s.press.Value != "" && !s.facts.HasOffer)) {
		return gone(s)
	}
	return []Effect{Answer{Offer: s.offer(), Reason: reason}, say(key, toMore, toRecommend, toStop)}
}

func declineNoted(*situation) []Effect {
	return []Effect{say(phrase.SayDeclinedNoted, toMore, toRecommend, toStop)}
}

func declineNothing(*situation) []Effect {
	return []Effect{say(phrase.SayDeclinedNone, fewChoices()...)}
}

func forget(s *situation) []Effect {
	if s.press.Value == "" {
		return gone(s)
	}
	if s.press.Action == PressGift {
		return []Effect{Forget{Value: s.press.Value, Gift: true}, say(phrase.SayGift, toRecommend, toHistory, toStop)}
	}
	return []Effect{Forget{Value: s.press.Value}, say(phrase.SayForgotten, toRecommend, toHistory, toStop)}
}

func forgetSilently(s *situation) []Effect {
	if s.press.Value == "" {
		return nil
	}
	return []Effect{Forget{Value: s.press.Value, Gift: s.press.Action == PressGift}}
}

func askPlan(*situation) []Effect { return []Effect{AskPlan{}} }

func planConsent(*situation) []Effect {
	return []Effect{say(phrase.SayPlanConsent, toRecommend, toHuman), notice(ids.PurchaseHistory)}
}

func showPlan(*situation) []Effect {
	return []Effect{ShowPlan{Choices: []Choice{{Label: phrase.LabelWhy, Action: PressWhy}, toHuman}}}
}

func showPlanStays(*situation) []Effect {
	return []Effect{ShowPlan{Choices: []Choice{{Label: phrase.LabelWhy, Action: PressWhy}}}}
}

func planUnknown(s *situation) []Effect {
	return []Effect{s.sayContact(phrase.SayPlanUnknown, fewChoices()...)}
}

func sayPlanStays(*situation) []Effect { return []Effect{say(phrase.SayPlanStays, fewChoices()...)} }

func planKept(s *situation) []Effect {
	return append([]Effect{Answer{Offer: s.offer()}}, sayPlanStays(s)...)
}

func askHistory(*situation) []Effect  { return []Effect{AskHistory{}} }
func showHistory(*situation) []Effect { return []Effect{ShowHistory{}} }

func historyConsent(*situation) []Effect {
	return []Effect{say(phrase.SayHistoryConsent, toRecommend, toHuman), notice(ids.PurchaseHistory)}
}

func historyEmpty(*situation) []Effect { return []Effect{say(phrase.SayHistoryEmpty, fewChoices()...)} }

func export(s *situation) []Effect {
	return []Effect{s.sayContact(phrase.SayExport, toStatus, toHuman)}
}

func askErase(*situation) []Effect { return []Effect{AskErase{}} }

func eraseByButton(*situation) []Effect { return []Effect{say(phrase.SayEraseButton), AskErase{}} }
func eraseAgain(*situation) []Effect    { return []Effect{say(phrase.SayEraseAgain), AskErase{}} }
func eraseKept(*situation) []Effect     { return []Effect{say(phrase.SayEraseKept, fewChoices()...)} }

func erase(*situation) []Effect {
	return []Effect{
		Record{State: consent.Withdrawn, Purposes: ids.Purposes(), Method: consent.ByButton}, EraseAll{},
	}
}

func human(s *situation) []Effect { return []Effect{s.sayContact(phrase.SayHuman), HandOff{}} }

func complaint(s *situation) []Effect {
	return []Effect{s.sayContact(phrase.SayComplaint), HandOff{Complaint: true}}
}

func cancel(s *situation) []Effect { return []Effect{s.sayContact(phrase.SayCancel, toHuman)} }
func link(s *situation) []Effect   { return []Effect{s.sayContact(phrase.SayLink, toHuman)} }
func unlink(s *situation) []Effect { return []Effect{s.sayContact(phrase.SayUnlink, toStop, toHuman)} }

func help(*situation) []Effect {
	return []Effect{say(phrase.SayHelp, toRecommend, toPlan, toHistory, toStatus, toHuman, toStop)}
}

func thanks(*situation) []Effect      { return []Effect{say(phrase.SayThanks, fewChoices()...)} }
func greeting(*situation) []Effect    { return []Effect{say(phrase.SayGreeting, fewChoices()...)} }
func greetingNew(*situation) []Effect { return []Effect{say(phrase.SayGreetingNew, fewChoices()...)} }
func noted(*situation) []Effect       { return []Effect{say(phrase.SayNoted, fewChoices()...)} }
func notedOffered(*situation) []Effect {
	return []Effect{say(phrase.SayNotedOffered, toMore, toHuman, toStop)}
}
func other(*situation) []Effect        { return []Effect{say(phrase.SayOther, fewChoices()...)} }
func otherNew(*situation) []Effect     { return []Effect{say(phrase.SayOtherNew, fewChoices()...)} }
func otherAsked(*situation) []Effect   { return []Effect{say(phrase.SayOtherAsked, fewChoices()...)} }
func otherOffered(*situation) []Effect { return []Effect{say(phrase.SayOtherOffered, fewChoices()...)} }
func sent(*situation) []Effect         { return []Effect{say(phrase.SaySent, fewChoices()...)} }

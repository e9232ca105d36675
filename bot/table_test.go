package bot_test

import (
	"osusume/dialog"
	"osusume/internal/consent"
	"osusume/internal/ids"
	"osusume/internal/phrase"
)

// plainStep is a dialogue of a few rows that brings about every effect, so that these tests hold the shell to its part
// whatever the real table says.
func plainStep(state dialog.State, event dialog.Event, facts dialog.Facts) (dialog.State, []dialog.Effect) {
	sorry := dialog.Say{Key: phrase.RenderFallback}
	granted := facts.Granted(ids.PurchaseHistory)
	all := func(e ...dialog.Effect) []dialog.Effect { return e }
	if state == dialog.HandedOff {
		said, ok := event.(dialog.Said)
		if !ok || (said.Intent != dialog.OptOut && said.Intent != dialog.ConsentStatus) {
			return state, nil
		}
	}
	switch e := event.(type) {
	case dialog.Followed:
		return dialog.Asked, all(dialog.ShowNotice{Purposes: []ids.Purpose{ids.PurchaseHistory}})
	case dialog.Unfollowed:
		return dialog.Idle, all(dialog.Record{State: consent.Withdrawn, Purposes: ids.Purposes(), Method: consent.ByBlock})
	case dialog.InGroup:
		return state, all(sorry)
	case dialog.OffersReady:
		return dialog.Offered, all(dialog.ShowOffers{
			Invite: !granted, Choices: []dialog.Choice{{Label: phrase.LabelMore, Action: dialog.PressMore}},
		})
	case dialog.PlanReady:
		if e.Advice == dialog.PlanUnknown {
			return dialog.Idle, all(sorry)
		}
		return dialog.Planned, all(dialog.ShowPlan{})
	case dialog.HistoryReady:
		return dialog.Idle, all(dialog.ShowHistory{})
	case dialog.Said:
		switch e.Intent {
		case dialog.OptOut:
			return state, all(dialog.Record{State: consent.Withdrawn, Purposes: ids.Purposes(), Method: consent.ByText}, sorry)
		case dialog.OptIn:
			return dialog.Asked, all(dialog.ShowNotice{Purposes: ids.Purposes(), Detail: true})
		case dialog.Recommend:
			return state, all(dialog.AskOffers{Personal: granted})
		case dialog.More:
			return state, all(dialog.AskOffers{Personal: granted, More: true})
		case dialog.Plan:
			if granted {
				return state, all(dialog.AskPlan{})
			}
		case dialog.History:
			if granted {
				return state, all(dialog.AskHistory{})
			}
		case dialog.Why:
			return state, all(dialog.ShowWhy{})
		case dialog.ConsentStatus:
			return state, all(dialog.ShowStatus{})
		case dialog.Erase:
			return dialog.Erasing, all(dialog.AskErase{})
		case dialog.Human:
			return dialog.HandedOff, all(dialog.HandOff{}, sorry)
		case dialog.Complaint:
			panic("a mistake in the table: " + e.Words)
		case dialog.Cancel:
			return state, all(dialog.Say{Key: "no such phrase"}, dialog.Record{State: consent.Withdrawn, Purposes: ids.Purposes(), Method: consent.ByText})
		}
		return state, all(sorry)
	case dialog.Pressed:
		return plainPress(state, e, facts)
	}
	return state, all(sorry)
}

func plainPress(state dialog.State, e dialog.Pressed, facts dialog.Facts) (dialog.State, []dialog.Effect) {
	sorry := dialog.Say{Key: phrase.RenderFallback}
	all := func(e ...dialog.Effect) []dialog.Effect { return e }
	if e.Stale {
		return state, all(sorry)
	}
	switch e.Action {
	case dialog.PressGrant: // deliberately careless: the shell must not believe it without a good ask
		return dialog.Idle, all(dialog.Record{State: consent.Given, Purposes: []ids.Purpose{ids.PurchaseHistory}, Method: consent.ByButton}, sorry)
	case dialog.PressRefuse:
		return dialog.Idle, all(dialog.Record{State: consent.Refused, Purposes: facts.AskFor, Method: consent.ByButton}, sorry)
	case dialog.PressStopAll:
		return state, all(dialog.Record{State: consent.Withdrawn, Purposes: ids.Purposes(), Method: consent.ByButton}, sorry)
	case dialog.PressDecline:
		return dialog.Declined, all(
			dialog.Answer{Offer: ids.OfferID(e.Value)},
			dialog.Say{Key: phrase.RenderFallback, Choices: []dialog.Choice{
				{Label: phrase.LabelPrice, Action: dialog.PressReason, Value: e.Value, Arg: string(dialog.TooExpensive)},
				{Label: phrase.LabelHave, Action: dialog.PressReason, Value: e.Value, Arg: string(dialog.AlreadyHave)},
				{Label: phrase.LabelLater, Action: dialog.PressReason, Value: e.Value, Arg: string(dialog.NotNow)},
				{Label: phrase.LabelTaste, Action: dialog.PressReason, Value: e.Value, Arg: string(dialog.NotMyTaste)},
			}})
	case dialog.PressReason:
		return dialog.Idle, all(dialog.Answer{Offer: ids.OfferID(e.Value), Reason: dialog.DeclineReason(e.Arg)}, sorry)
	case dialog.PressInterested:
		if !facts.HasOffer {
			return state, all(sorry)
		}
		return dialog.Idle, all(dialog.Answer{Offer: ids.OfferID(e.Value), Accepted: true}, dialog.ShowNext{Offer: ids.OfferID(e.Value)})
	case dialog.PressWhy:
		return state, all(dialog.ShowWhy{Offer: ids.OfferID(e.Value)})
	case dialog.PressForget:
		return state, all(dialog.Forget{Value: e.Value}, sorry)
	case dialog.PressGift:
		return state, all(dialog.Forget{Value: e.Value, Gift: true}, sorry)
	case dialog.PressMore:
		return state, all(dialog.AskOffers{Personal: facts.Granted(ids.PurchaseHistory), More: true})
	case dialog.PressErase:
		return dialog.New, all(dialog.EraseAll{})
	}
	return state, all(sorry)
}

package bot

import (
	"encoding/base64"
	"slices"

	"osusume/bot/render"
	"osusume/dialog"
	"osusume/internal/ids"
	"osusume/internal/phrase"
	"osusume/internal/turn"
	"osusume/offers"
)

const dayMS = 24 * 60 * 60 * 1000

// How long an answer keeps something from being offered again.
const (
	declinedMS = 90 * dayMS
	laterMS    = 30 * dayMS
)

// profile is the person's history, or nil where it may not be used: without a grant that still stands, or when the
// imported birth year says the person is too young for it.
func (r *run) profile() *offers.History {
	h := r.person.History
	if h == nil || !r.facts.Granted(ids.PurchaseHistory) || r.t.tooYoung(h.BirthYear, r.nowMS) {
		return nil
	}
	return h
}

func (r *run) request() offers.Request {
	return offers.Request{NowMS: r.nowMS, Zone: r.t.shop.Zone, Marks: r.marks(), Limit: offersInAnAnswer}
}

// marks gives the stored marks with those of this very turn.
func (r *run) marks() []offers.Mark {
	if len(r.out.Marks) == 0 {
		return r.person.Marks
	}
	return append(slices.Clone(r.person.Marks), r.out.Marks...)
}

// generalMarks leaves of the marks only what keeps a thing from being offered again to somebody who turned it down. A
// taste in categories and prices is a profile, which needs a grant.
func generalMarks(marks []offers.Mark) []offers.Mark {
	return slices.DeleteFunc(slices.Clone(marks), func(m offers.Mark) bool {
		return m.Kind == offers.MarkCategory || m.Kind == offers.MarkPrice
	})
}

func (r *run) askOffers(e dialog.AskOffers) dialog.Event {
	req := r.request()
	req.Topic = e.Topic
	if e.Personal {
		req.History = r.profile()
	}
	if req.History == nil {
		req.Marks = generalMarks(req.Marks)
	}
	if e.More {
		req.Exclude = r.conv.ShownSKUs
	} else {
		r.conv.ShownSKUs = nil
	}
	if e.More && req.Topic == "" {
		req.Topic = r.openTopic(r.conv.Topic)
	} else {
		r.conv.Topic = r.sealTopic(req.Topic)
	}
	decision := r.engine.Recommend(req)
	r.found = decision.Offers[:min(len(decision.Offers), offersInAnAnswer)]
	personal := decision.Personal && req.History != nil
	r.general = !personal
	return dialog.OffersReady{Count: len(r.found), Personal: personal}
}

// topicContext separates the sealed topic from the person's other sealed records.
const topicContext = "topic"

// sealTopic gives the form in which the words of a request are stored: they are the customer's, so they rest under the
// customer's key. Without a key they are not kept, and 「ほかには？」 goes on without them.
func (r *run) sealTopic(topic string) string {
	if topic == "" {
		return ""
	}
	if len(r.person.WrappedKey) == 0 && r.out.Person == nil {
		return ""
	}
	key, _, err := r.personKey()
	if err != nil {
		return ""
	}
	return base64.RawStdEncoding.EncodeToString(key.Seal([]byte(topic), topicContext))
}

func (r *run) openTopic(stored string) string {
	if stored == "" {
		return ""
	}
	sealed, err := base64.RawStdEncoding.DecodeString(stored)
	if err != nil {
		return ""
	}
	key, _, err := r.personKey()
	if err != nil {
		return ""
	}
	topic, err := key.Open(sealed, topicContext)
	if err != nil {
		return ""
	}
	return string(topic)
}

func (r *run) showOffers(e dialog.ShowOffers) {
	if len(r.found) > 0 {
		list := r.shown(r.found, r.general)
		for _, o := range list {
			if o.SKU != "" {
				r.conv.ShownSKUs = append(slices.Clip(r.conv.ShownSKUs), o.SKU)
			}
		}
		if over := len(r.conv.ShownSKUs) - maxShownSKUs; over > 0 {
			r.conv.ShownSKUs = r.conv.ShownSKUs[over:]
		}
		r.parts = append(r.parts, render.Carousel{Offers: list})
	}
	if e.Invite {
		r.parts = append(r.parts, render.Text{Key: phrase.RenderInvite})
		r.choose([]dialog.Choice{{
			Label: phrase.LabelOptIn, Action: dialog.PressAskFor, Value: string(ids.PurchaseHistory),
		}})
	}
	r.choose(e.Choices)
}

// shown gives the offers their ids and remembers them as one answer.
func (r *run) shown(list []offers.Offer, general bool) []offers.Offer {
	batch := r.token()
	list = slices.Clone(list)
	for i := range list {
		list[i].ID = offerID(batch, i)
		r.out.Shown = append(r.out.Shown, turn.Shown{
			Offer: list[i], Subject: r.job.claimed.Subject, Batch: batch, Rank: i, AtMS: r.nowMS, General: general,
		})
	}
	r.conv.LastBatch, r.conv.Pending = batch, ""
	return list
}

func (r *run) askPlan() dialog.Event {
	req := r.request()
	req.History = r.profile()
	if req.History == nil {
		return dialog.PlanReady{Advice: dialog.PlanUnknown}
	}
	r.plan = r.engine.ComparePlans(req)
	switch r.plan.Strategy {
	case offers.PlanUpgrade:
		return dialog.PlanReady{Advice: dialog.PlanUp}
	case offers.PlanStepDown:
		return dialog.PlanReady{Advice: dialog.PlanDown}
	case offers.PlanStay:
		return dialog.PlanReady{Advice: dialog.PlanStay}
	default:
		return dialog.PlanReady{Advice: dialog.PlanUnknown}
	}
}

// showPlan shows the comparison. Staying is remembered like an offer, so that なぜ？ can show what it rests on.
func (r *run) showPlan(e dialog.ShowPlan) {
	if r.plan.Strategy == "" {
		return
	}
	o := r.plan.Offer
	if o.Plan == "" {
		o.Plan, o.Name, o.Price, o.PageURL = r.plan.Current.ID, r.plan.Current.Name, r.plan.Current.PerMonth, r.plan.Current.PageURL
	}
	if o.Strategy == "" {
		o.Strategy = r.plan.Strategy
	}
	if o.Reason.Strategy == "" {
		o.Reason.Strategy = r.plan.Strategy
	}
	r.plan.Offer = r.shown([]offers.Offer{o}, false)[0]
	r.parts = append(r.parts, render.Plan{Decision: r.plan})
	r.choose(e.Choices)
}

func (r *run) askHistory() dialog.Event {
	h := r.profile()
	if h == nil {
		return dialog.HistoryReady{}
	}
	gone := r.forgotten()
	r.history = r.history[:0]
	seen := map[ids.SKU]bool{}
	for i := len(h.Purchases) - 1; i >= 0; i-- {
		p := h.Purchases[i]
		if p.Returned || p.Gift || gone[string(p.SKU)] || seen[p.SKU] {
			continue
		}
		seen[p.SKU] = true
		line := render.Line{SKU: p.SKU, Name: string(p.SKU), AtMS: p.AtMS}
		if product, ok := r.engine.Product(p.SKU); ok {
			line.Name = product.Name
		}
		r.history = append(r.history, line)
	}
	count := len(r.history)
	if h.Membership != nil && !gone[dialog.FactPlanUse] {
		count++
	}
	return dialog.HistoryReady{Count: count}
}

func (r *run) showHistory() {
	part := render.History{Purchases: r.history}
	if h := r.profile(); h != nil && h.Membership != nil && !r.forgotten()[dialog.FactPlanUse] {
		part.Plan = h.Membership
		part.PlanName = string(h.Membership.Plan)
		if plan, ok := r.engine.Plan(h.Membership.Plan); ok {
			part.PlanName = plan.Name
		}
	}
	r.parts = append(r.parts, part)
}

// forgotten is what the person told us not to use: it is not named again either.
func (r *run) forgotten() map[string]bool {
	gone := map[string]bool{}
	for _, m := range r.marks() {
		if m.Kind == offers.MarkForget || m.Kind == offers.MarkGift {
			gone[m.Value] = true
		}
	}
	return gone
}

// showWhy shows the facts behind offers as they were shown, less what was forgotten since. Once the grant is gone, what
// an offer was made of is not read any more.
func (r *run) showWhy(e dialog.ShowWhy) {
	var list []turn.Shown
	if e.Offer != "" {
		if shown, ok := r.offer(e.Offer); ok {
			list = append(list, shown)
		}
	} else {
		list = r.person.Shown
	}
	gone := r.forgotten()
	granted := r.facts.Granted(ids.PurchaseHistory)
	withheld := phrase.WhyWithheld
	var why []offers.Offer
	for _, shown := range list {
		if !shown.General && !granted {
			continue
		}
		o := shown.Offer
		o.Reason.Facts = slices.DeleteFunc(slices.Clone(o.Reason.Facts), func(f offers.Fact) bool {
			return gone[string(f.SKU)] || (f.Plan && gone[dialog.FactPlanUse])
		})
		if len(o.Reason.Facts) == 0 && len(shown.Offer.Reason.Facts) > 0 {
			withheld = phrase.WhyForgotten
			continue
		}
		why = append(why, o)
	}
	switch {
	case len(why) > 0:
		r.parts = append(r.parts, render.Why{Offers: why})
	case len(list) > 0:
		r.parts = append(r.parts, render.Text{Key: withheld})
	default:
		r.parts = append(r.parts, render.Text{Key: phrase.RenderFallback})
	}
}

func (r *run) showNext(e dialog.ShowNext) {
	if shown, ok := r.current(e.Offer); ok {
		r.parts = append(r.parts, render.Next{Offer: shown.Offer})
		return
	}
	r.parts = append(r.parts, render.Text{Key: phrase.RenderFallback})
}

// wholeAnswer is the pending mark of an answer that was turned down in words, without naming one of its offers.
const wholeAnswer ids.OfferID = "*"

// answerOffer records what was said of an offer, and what follows from it for later ones. Words like 「今回は結構です」 are
// about everything just shown, and so is the reason tapped after them.
func (r *run) answerOffer(e dialog.Answer) {
	shown, ok := r.current(e.Offer)
	if !ok {
		return
	}
	about := []turn.Shown{shown}
	whole := !e.Accepted && len(r.person.Shown) > 1 && r.inLastAnswer(shown) &&
		(e.Offer == "" && r.conv.Pending == "" || r.conv.Pending == wholeAnswer)
	if whole {
		about = r.person.Shown
	}
	r.conv.Pending = ""
	if !e.Accepted && e.Reason == dialog.NoReason {
		r.conv.Pending = shown.Offer.ID
		if whole {
			r.conv.Pending = wholeAnswer
		}
	}
	for _, s := range about {
		r.out.Answers = append(r.out.Answers, turn.Answer{
			Offer: s.Offer.ID, Accepted: e.Accepted, Reason: e.Reason, AtMS: r.nowMS,
		})
		if !e.Accepted {
			r.markDeclined(s.Offer, e.Reason)
		}
	}
}

func (r *run) inLastAnswer(shown turn.Shown) bool {
	return slices.ContainsFunc(r.person.Shown, func(s turn.Shown) bool { return s.Offer.ID == shown.Offer.ID })
}

func (r *run) markDeclined(o offers.Offer, reason dialog.DeclineReason) {
	item := string(o.SKU)
	if item == "" {
		item = string(o.Plan)
	}
	switch reason {
	case dialog.AlreadyHave:
		r.mark(offers.MarkOwned, item, 0, 0)
	case dialog.NotNow:
		r.mark(offers.MarkDeclined, item, 0, r.nowMS+laterMS)
	default:
		r.mark(offers.MarkDeclined, item, 0, r.nowMS+declinedMS)
	}
	if o.Category == "" {
		return
	}
	switch reason {
	case dialog.TooExpensive:
		r.mark(offers.MarkPrice, o.Category, o.Price, r.nowMS+declinedMS)
	case dialog.NotMyTaste:
		r.mark(offers.MarkCategory, o.Category, 0, r.nowMS+declinedMS)
	}
}

func (r *run) mark(kind offers.MarkKind, value string, amount ids.Yen, untilMS int64) {
	if value == "" {
		return
	}
	r.out.Marks = append(r.out.Marks, offers.Mark{Kind: kind, Value: value, Amount: amount, UntilMS: untilMS})
}

func forgetKind(gift bool) offers.MarkKind {
	if gift {
		return offers.MarkGift
	}
	return offers.MarkForget
}

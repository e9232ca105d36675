package bot

import (
	"encoding/base64"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"osusume/bot/render"
	"osusume/dialog"
	"osusume/internal/consent"
	"osusume/internal/ids"
	"osusume/internal/phrase"
	"osusume/internal/turn"
)

// carryOut performs effects in order. A question is answered at once from memory and its answer fed back as an event.
func (r *run) carryOut(effects []dialog.Effect) {
	for _, effect := range effects {
		r.job.effects++
		switch e := effect.(type) {
		case dialog.Say:
			r.parts = append(r.parts, render.Text{Key: e.Key, Params: e.Params})
			r.choose(e.Choices)
		case dialog.ShowNotice:
			r.showNotice(e)
		case dialog.ShowStatus:
			r.parts = append(r.parts, render.Status{Standings: r.facts.Standings, Current: r.facts.Notice})
		case dialog.Record:
			r.record(e)
		case dialog.AskOffers:
			r.feed(r.askOffers(e))
		case dialog.ShowOffers:
			r.showOffers(e)
		case dialog.AskPlan:
			r.feed(r.askPlan())
		case dialog.ShowPlan:
			r.showPlan(e)
		case dialog.AskHistory:
			r.feed(r.askHistory())
		case dialog.ShowHistory:
			r.showHistory()
		case dialog.ShowWhy:
			r.showWhy(e)
		case dialog.Answer:
			r.answerOffer(e)
		case dialog.ShowNext:
			r.showNext(e)
		case dialog.Forget:
			kind := forgetKind(e.Gift)
			r.mark(kind, e.Value, 0, 0)
		case dialog.AskErase:
			r.askErase()
		case dialog.EraseAll:
			r.eraseAll()
		case dialog.HandOff:
			r.out.Case = turn.CaseHuman
			if e.Complaint {
				r.out.Case = turn.CaseComplaint
			}
		}
	}
}

// feed gives the answer of a question back to the dialogue. The number of rounds is bounded, so that a mistake in the
// table cannot keep a turn running.
func (r *run) feed(answer dialog.Event) {
	r.rounds++
	if r.rounds > maxRounds {
		return
	}
	state, effects := r.t.step(r.conv.State, answer, r.facts)
	r.conv.State = state
	r.carryOut(effects)
}

// choose adds quick replies. LINE shows those of the last message only, so the turn's are joined, each once.
func (r *run) choose(choices []dialog.Choice) {
	for _, c := range choices {
		if c.Value == "" && aboutOffer(c.Action) {
			if len(r.out.Shown) > 0 { // what this very answer shows
				c.Value = string(r.out.Shown[0].Offer.ID)
			} else if shown, ok := r.current(""); ok {
				c.Value = string(shown.Offer.ID)
			}
		}
		if !slices.Contains(r.quick, c) && len(r.quick) < 13 {
			r.quick = append(r.quick, c)
		}
	}
}

func aboutOffer(a dialog.Action) bool {
	switch a {
	case dialog.PressInterested, dialog.PressDecline, dialog.PressReason, dialog.PressWhy, dialog.PressTry, dialog.PressStay:
		return true
	}
	return false
}

// token gives a fresh unguessable word: 16 bytes.
func (r *run) token() string {
	var b [16]byte
	if _, err := io.ReadFull(r.t.random, b[:]); err != nil {
		r.fail(err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func (r *run) showNotice(e dialog.ShowNotice) {
	c := r.t.context(r.job.claimed.Subject, r.lang, r.nowMS)
	notice, err := r.t.notices.get(c, e.Purposes, e.Detail)
	if err != nil {
		r.fail(err)
		return
	}
	nonce := r.token()
	asks := notice.Nonces(nonce)
	for _, ask := range asks {
		r.out.Asks = append(r.out.Asks, consent.Ask{
			NonceHash: r.t.ring.Digest("nonce", ask.Nonce), Subject: r.job.claimed.Subject, Purposes: ask.Purposes,
			NoticeVersion: notice.Version, NoticeSHA256: notice.SHA256, Lang: notice.Lang,
			ShownMS: r.nowMS, ExpiresMS: r.nowMS + consent.AskLifeMS,
		})
	}
	event := r.ledger(consent.Requested, notice.Purposes, consent.BySystem)
	event.Actor, event.NoticeVersion, event.NoticeSHA256 = "system", notice.Version, notice.SHA256
	if len(asks) == 1 {
		event.NonceHash = r.out.Asks[len(r.out.Asks)-1].NonceHash
	}
	r.out.Ledger = append(r.out.Ledger, event)
	if !r.t.notices.isStored(notice.SHA256) {
		canonical, err := notice.Canonical()
		if err != nil {
			r.fail(err)
			return
		}
		r.out.Notices = append(r.out.Notices, turn.NoticeCopy{
			SHA256: notice.SHA256, Version: notice.Version, Lang: notice.Lang, Bytes: canonical,
		})
		r.job.notices = append(r.job.notices, notice.SHA256)
	}
	r.parts = append(r.parts, render.Notice{Notice: notice, Nonce: nonce})
}

// ledger starts a record. Its id comes from the event that caused it, so that the door and the worker recording the same
// opt-out, or a turn done twice, leave one row.
func (r *run) ledger(state consent.State, purposes []ids.Purpose, method consent.Method) consent.Event {
	sorted := slices.DeleteFunc(ids.Purposes(), func(p ids.Purpose) bool { return !slices.Contains(purposes, p) })
	id := string(r.job.claimed.EventID) + "/" + string(state)
	if r.records[state] && len(sorted) > 0 {
		id += "/" + string(sorted[0])
	}
	if r.records == nil {
		r.records = map[consent.State]bool{}
	}
	r.records[state] = true
	return consent.Event{
		ID: id, Subject: r.job.claimed.Subject, State: state, Purposes: sorted, AtMS: r.job.claimed.AtMS,
		ReceivedMS: r.job.claimed.ReceivedMS, Method: method, Lang: r.lang, EventID: r.job.claimed.EventID, Actor: "customer",
	}
}

// record appends to the ledger. A grant is believed only with its unused ask: whatever asked for it, without one it is
// recorded as invalidated and changes nothing.
func (r *run) record(e dialog.Record) {
	event := r.ledger(e.State, e.Purposes, e.Method)
	pressed, isPress := r.job.decoded.event.(dialog.Pressed)
	var ask *consent.Ask
	if isPress && (pressed.Action == dialog.PressGrant || pressed.Action == dialog.PressRefuse) {
		ask = r.ask(pressed.Value)
		if ask != nil && ask.Subject != r.job.claimed.Subject {
			ask = nil
		}
	}
	if ask != nil {
		event.NoticeVersion, event.NoticeSHA256, event.NonceHash, event.Lang = ask.NoticeVersion, ask.NoticeSHA256, ask.NonceHash, ask.Lang
	}
	if e.State == consent.Given {
		fine := isPress && pressed.Action == dialog.PressGrant &&
			ask.Check(r.job.claimed.Subject, r.nowMS, phrase.NoticeVersion) == consent.Fine
		for _, p := range event.Purposes {
			fine = fine && slices.Contains(ask.Purposes, p)
		}
		if !fine {
			event.State = consent.Invalidated
			event.ID = strings.TrimSuffix(event.ID, string(consent.Given)) + string(consent.Invalidated)
		} else {
			r.out.UsedAsks = append(r.out.UsedAsks, ask.NonceHash)
			event.ValidUntilMS = time.UnixMilli(event.EffectiveMS()).UTC().AddDate(0, consent.GrantLifeMonths, 0).UnixMilli()
		}
	}
	r.out.Ledger = append(r.out.Ledger, event)
	r.standFor(event)
}

// standFor lets the rest of this turn see what was just recorded.
func (r *run) standFor(e consent.Event) {
	if !e.State.Decides() {
		return
	}
	next := make(consent.Standings, len(r.facts.Standings)+len(e.Purposes))
	for p, s := range r.facts.Standings {
		next[p] = s
	}
	for _, p := range e.Purposes {
		if s, ok := next[p]; ok && !consent.Outranks(e.EffectiveMS(), e.State, e.ID, s.AtMS, s.State, s.EventID) {
			continue
		}
		next[p] = consent.Standing{
			State: e.State, AtMS: e.EffectiveMS(), EventID: e.ID, NoticeVersion: e.NoticeVersion,
			NoticeSHA256: e.NoticeSHA256, ValidUntilMS: e.ValidUntilMS,
		}
	}
	r.facts.Standings = next
}

func (r *run) askErase() {
	nonce := r.token()
	r.conv.EraseHash, r.conv.EraseMS = r.t.ring.Digest("nonce", nonce), r.nowMS
	r.parts = append(r.parts, render.Confirm{Nonce: nonce})
}

// eraseAll removes the person. It is done only with the confirmation's own nonce, whatever asked for it.
func (r *run) eraseAll() {
	pressed, ok := r.job.decoded.event.(dialog.Pressed)
	if !ok || pressed.Action != dialog.PressErase || r.eraseCheck(pressed.Value) != consent.Fine {
		r.parts = append(r.parts, render.Text{Key: phrase.RenderFallback})
		return
	}
	r.out.Erase = true
	number := strings.ToUpper(r.t.ring.LogID(string(r.job.claimed.EventID)))
	r.parts = append(r.parts, render.Text{
		Key: phrase.RenderReceipt, Params: phrase.Params{"number": number, "contact": r.t.shop.Contact},
	})
}

func offerID(batch string, rank int) ids.OfferID {
	return ids.OfferID(batch + "-" + strconv.Itoa(rank))
}

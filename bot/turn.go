package bot

import (
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"time"

	"osusume/bot/render"
	"osusume/dialog"
	"osusume/internal/consent"
	"osusume/internal/ids"
	"osusume/internal/keyring"
	"osusume/internal/phrase"
	"osusume/internal/queue"
	"osusume/internal/turn"
	"osusume/offers"
)

const (
	replyLifeMS      = 55_000         // LINE: within a minute of receiving the webhook
	replyLongestMS   = 20 * 60 * 1000 // LINE: a token is dead 20 minutes after its event, however often redelivered
	maxRounds        = 4              // questions a turn may ask before it must answer
	maxShownSKUs     = 60             // remembered for 「ほかには？」
	offersInAnAnswer = 3
)

// turner runs turns: memory in, memory out. Randomness and time are handed in. Safe for concurrent use.
type turner struct {
	ring      *keyring.Ring
	shop      render.Shop
	phrases   phrase.Table
	random    io.Reader
	recognise func(string) dialog.Recognised
	step      func(dialog.State, dialog.Event, dialog.Facts) (dialog.State, []dialog.Effect)
	notices   *noticeCache
}

// job is one claimed event, opened.
type job struct {
	claimed queue.Claimed
	decoded decoded
	key     keyring.DataKey // the inbox key of the event, which seals the answer too
	lang    ids.Lang        // of the LINE profile, when it was asked for
	pinned  ids.Lang        // set by the shop for everybody
	plain   bool            // earlier attempts failed: apologise instead of running the turn
	before  dialog.State
	after   dialog.State
	effects int
	end     string // answered or silent
	panicky bool
	notices []string // hashes of the notices stored with this turn
}

// run is one turn under way.
type run struct {
	t       *turner
	job     *job
	person  *turn.Person
	engine  Engine
	nowMS   int64
	lang    ids.Lang
	facts   dialog.Facts
	out     *turn.Outcome
	conv    turn.Conversation
	parts   []render.Part
	quick   []dialog.Choice
	found   []offers.Offer
	general bool
	plan    offers.PlanDecision
	history []render.Line
	rounds  int
	records map[consent.State]bool
	err     error
}

// decide gives the outcome of one event. It does not fail: what cannot be answered as meant is answered with an apology,
// since an event that is neither done nor answered would come back for ever.
func (t *turner) decide(j *job, p *turn.Person, engine Engine, nowMS int64) (o turn.Outcome) {
	empty := turn.Outcome{
		RowID: j.claimed.ID, Subject: j.claimed.Subject, EventID: j.claimed.EventID, AtMS: nowMS,
	}
	j.before, j.after, j.end = p.Conversation.State, p.Conversation.State, "silent"
	j.effects, j.notices = 0, nil
	if p.Unsent || j.decoded.event == nil || (j.decoded.standby && !j.decoded.optOut()) {
		return empty
	}
	defer func() {
		if recover() != nil {
			j.panicky, j.after = true, j.before
			o = t.apology(j, p, empty, nowMS)
		}
		if len(o.Out) > 0 {
			j.end = "answered"
		}
	}()
	if j.plain {
		return t.apology(j, p, empty, nowMS)
	}
	r := t.newRun(j, p, engine, nowMS)
	*r.out = empty
	r.enter()
	state, effects := t.step(r.conv.State, j.decoded.event, r.facts)
	r.conv.State = state
	r.carryOut(effects)
	r.leave()
	return *r.out
}

func (t *turner) newRun(j *job, p *turn.Person, engine Engine, nowMS int64) *run {
	r := &run{t: t, job: j, person: p, engine: engine, nowMS: nowMS, out: &turn.Outcome{}, conv: p.Conversation}
	r.lang = firstLang(j.pinned, p.Lang, j.lang)
	r.facts = dialog.Facts{
		NowMS: nowMS, Subject: j.claimed.Subject, Lang: r.lang, Standings: p.Standings, Notice: phrase.NoticeVersion,
		Shown: len(p.Shown), Linked: p.Customer != "", Contact: t.shop.Contact,
	}
	if pressed, ok := j.decoded.event.(dialog.Pressed); ok {
		r.pressFacts(pressed)
	}
	return r
}

func firstLang(langs ...ids.Lang) ids.Lang {
	for _, l := range langs {
		if l != "" {
			return l
		}
	}
	return ids.Japanese
}

// pressFacts says of a pressed button what only the store knows: whether its nonce can still be used, and whether the
// offer it names was shown to this very person.
func (r *run) pressFacts(e dialog.Pressed) {
	switch e.Action {
	case dialog.PressGrant, dialog.PressRefuse:
		// An error leaves the day out, and the confirmation is given without it.
		r.facts.Today, _ = render.Day(r.t.context(r.job.claimed.Subject, r.lang, r.nowMS), r.nowMS)
		ask := r.ask(e.Value)
		r.facts.AskCheck = ask.Check(r.job.claimed.Subject, r.nowMS, phrase.NoticeVersion)
		if ask != nil && ask.Subject == r.job.claimed.Subject {
			r.facts.AskFor = ask.Purposes
		}
	case dialog.PressErase:
		r.facts.AskCheck = r.eraseCheck(e.Value)
	default:
		_, r.facts.HasOffer = r.offer(ids.OfferID(e.Value))
	}
}

func (r *run) ask(nonce string) *consent.Ask {
	hash := r.t.ring.Digest("nonce", nonce)
	for i := range r.person.Asks {
		if r.person.Asks[i].NonceHash == hash {
			return &r.person.Asks[i]
		}
	}
	return nil
}

func (r *run) eraseCheck(nonce string) consent.Refusal {
	switch {
	case r.conv.EraseHash == "":
		return consent.Used
	case r.conv.EraseHash != r.t.ring.Digest("nonce", nonce):
		return consent.Foreign
	case r.nowMS >= r.conv.EraseMS+consent.AskLifeMS:
		return consent.Stale
	}
	return consent.Fine
}

// offer finds an offer that was shown to this person.
func (r *run) offer(id ids.OfferID) (turn.Shown, bool) {
	if id == "" {
		return turn.Shown{}, false
	}
	for _, list := range [][]turn.Shown{r.person.Pressed, r.person.Shown} {
		for _, shown := range list {
			if shown.Offer.ID == id && shown.Subject == r.job.claimed.Subject {
				return shown, true
			}
		}
	}
	return turn.Shown{}, false
}

// current is the offer an answer without a name is about: the one whose reason was asked, else the first of the last
// answer.
func (r *run) current(id ids.OfferID) (turn.Shown, bool) {
	if id != "" {
		return r.offer(id)
	}
	if shown, ok := r.offer(r.conv.Pending); ok {
		return shown, true
	}
	if len(r.person.Shown) > 0 {
		return r.person.Shown[0], true
	}
	return turn.Shown{}, false
}

// enter notes what the arrival itself says: who it is, and that somebody who writes does not block us.
func (r *run) enter() {
	p, d := r.person, r.job.decoded
	if d.userID == "" {
		return
	}
	_, left := d.event.(dialog.Unfollowed)
	if left != p.Blocked {
		r.out.SetBlocked = &left
	}
	if left || (p.Known && (p.Lang != "" || r.job.lang == "")) {
		return
	}
	r.rememberPerson()
}

func (r *run) rememberPerson() {
	key, wrapped, err := r.personKey()
	if err != nil {
		r.fail(err)
		return
	}
	lang := r.person.Lang
	if lang == "" {
		lang = r.job.lang
	}
	subject := r.job.claimed.Subject
	r.out.Person = &turn.NewPerson{
		WrappedKey: wrapped, LineID: key.Seal([]byte(r.job.decoded.userID), string(subject)), Lang: lang,
	}
}

func (r *run) personKey() (keyring.DataKey, []byte, error) {
	if r.out.Person != nil {
		key, err := r.t.ring.Unwrap(r.out.Person.WrappedKey)
		return key, r.out.Person.WrappedKey, err
	}
	if len(r.person.WrappedKey) > 0 {
		key, err := r.t.ring.Unwrap(r.person.WrappedKey)
		return key, r.person.WrappedKey, err
	}
	return r.t.ring.NewDataKey()
}

func (r *run) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// leave renders the answer and settles what is written.
func (r *run) leave() {
	r.job.after = r.conv.State
	if r.job.decoded.userID == "" {
		r.forgetNobody()
	} else if !r.out.Erase {
		r.keepWords()
		r.conv.Version = r.person.Conversation.Version
		if changed(r.person.Conversation, r.conv) {
			conversation := r.conv
			r.out.Conversation = &conversation
		}
	} else {
		r.out.Person = nil
	}
	if r.job.decoded.token == "" {
		return
	}
	if r.err == nil && len(r.parts) > 0 {
		r.err = r.t.answer(r.job, r.lang, r.parts, r.quick, r.out, r.nowMS)
	} else if r.err == nil && len(r.parts) == 0 {
		return
	}
	if r.err != nil {
		// What the person decided stands; what was never shown to them is not remembered as shown.
		r.out.Shown, r.out.Asks, r.out.Notices, r.out.Conversation = nil, nil, nil, nil
		r.job.after, r.job.notices = r.job.before, nil
		r.out.Ledger = slices.DeleteFunc(r.out.Ledger, func(e consent.Event) bool { return e.State == consent.Requested })
		*r.out = r.t.apology(r.job, r.person, *r.out, r.nowMS)
	}
}

// forgetNobody drops what cannot belong to a person: a group, or an event in which LINE names nobody. The answer stays.
func (r *run) forgetNobody() {
	*r.out = turn.Outcome{RowID: r.out.RowID, Subject: r.out.Subject, EventID: r.out.EventID, AtMS: r.out.AtMS}
	r.job.notices = nil
}

// keepWords keeps the customer's words where they agreed to it, or where staff are to read them.
func (r *run) keepWords() {
	text, hash := r.job.decoded.text, r.job.claimed.MessageHash
	staff := r.conv.State == dialog.HandedOff
	if text == "" || hash == "" || !(staff || r.facts.Granted(ids.ChatImprovement)) {
		return
	}
	key, _, err := r.personKey()
	if err != nil {
		return
	}
	r.out.Words = &turn.Words{MessageHash: hash, AtMS: r.job.claimed.AtMS, Sealed: key.Seal([]byte(text), hash)}
}

func changed(a, b turn.Conversation) bool {
	return a.Version == 0 || a.State != b.State || a.LastBatch != b.LastBatch || a.Topic != b.Topic || a.Pending != b.Pending ||
		a.EraseHash != b.EraseHash || a.EraseMS != b.EraseMS || !slices.Equal(a.ShownSKUs, b.ShownSKUs)
}

// answer renders the parts and puts the sealed reply into the outcome.
func (t *turner) answer(j *job, lang ids.Lang, parts []render.Part, quick []dialog.Choice, o *turn.Outcome, nowMS int64) error {
	c := t.context(j.claimed.Subject, lang, nowMS)
	messages, err := render.Messages(c, parts, quick)
	if err != nil {
		return err
	}
	body, err := render.ReplyBody(j.decoded.token, messages)
	if err != nil {
		return err
	}
	retryKey, err := newUUID(t.random)
	if err != nil {
		return err
	}
	deadline := j.claimed.ReceivedMS + replyLifeMS
	if j.claimed.AtMS > 0 {
		deadline = min(deadline, j.claimed.AtMS+replyLongestMS)
	}
	o.Out = []queue.Out{{
		Subject: j.claimed.Subject, EventID: j.claimed.EventID, Kind: queue.Reply, KeyID: j.claimed.KeyID,
		Body: j.key.Seal(body, retryKey), RetryKey: retryKey, BornMS: nowMS, DeadlineMS: deadline, NextTryMS: nowMS,
	}}
	return nil
}

func (t *turner) context(subject ids.Subject, lang ids.Lang, nowMS int64) render.Context {
	return render.Context{
		Lang: lang, Shop: t.shop, Phrases: t.phrases, NowMS: nowMS, Sign: NewSigner(t.ring, subject, nowMS),
	}
}

// apology adds a short answer that says we failed and offers a way on.
func (t *turner) apology(j *job, p *turn.Person, o turn.Outcome, nowMS int64) turn.Outcome {
	o.Out = nil
	if j.decoded.token == "" || !j.key.Valid() {
		return o
	}
	lang := firstLang(j.pinned, p.Lang, j.lang)
	quick := []dialog.Choice{
		{Label: phrase.LabelRecommend, Action: dialog.PressRecommend},
		{Label: phrase.LabelStatus, Action: dialog.PressStatus},
		{Label: phrase.LabelHuman, Action: dialog.PressHuman},
	}
	if j.decoded.userID == "" {
		quick = nil
	}
	part := []render.Part{render.Text{Key: phrase.RenderFallback}}
	if t.answer(j, lang, part, quick, &o, nowMS) != nil {
		plain := *t
		plain.phrases = phrase.Builtin()
		_ = plain.answer(j, lang, part, nil, &o, nowMS) // the shop's own wording failed; if ours fails too, silence is left
	}
	return o
}

// newUUID gives a random UUID (version 4) as LINE's X-Line-Retry-Key wants it.
func newUUID(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("bot: %w", err)
	}
	b[6], b[8] = b[6]&0x0F|0x40, b[8]&0x3F|0x80
	var out [36]byte
	hex.Encode(out[:8], b[:4])
	hex.Encode(out[9:13], b[4:6])
	hex.Encode(out[14:18], b[6:8])
	hex.Encode(out[19:23], b[8:10])
	hex.Encode(out[24:], b[10:])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:]), nil
}

// tooYoung judges by the shop's calendar.
func (t *turner) tooYoung(birthYear int, nowMS int64) bool {
	if t.shop.Zone != nil {
		nowMS += int64(t.shop.Zone(nowMS)) * 1000
	}
	return consent.TooYoung(birthYear, time.UnixMilli(nowMS).UTC().Year())
}

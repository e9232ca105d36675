package render_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"

	"osusume/bot/render"
	"osusume/dialog"
	"osusume/internal/consent"
	"osusume/internal/ids"
	"osusume/internal/phrase"
	"osusume/offers"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const (
	now    = 1_772_668_800_000 // 2026-03-05 09:00 in Tokyo
	dayMS  = 86_400_000
	shop   = "うさぎ屋"
	policy = "https://shop.example/privacy"
)

func inContext(lang ids.Lang) render.Context {
	return render.Context{
		Lang: lang, Phrases: phrase.Builtin(), NowMS: now,
		Shop: render.Shop{
			Name: shop, PrivacyURL: policy, Contact: "03-0000-0000",
			Zone: func(int64) int { return 9 * 3600 },
		},
		Sign: func(a dialog.Action, value, arg string) string {
			return "signature-16byte." + string(a) + ".tb7k00." + arg + "." + value
		},
	}
}

func anOffer(id string) offers.Offer {
	return offers.Offer{
		ID: ids.OfferID(id), Strategy: offers.BoughtTogether, SKU: "B-1", Name: "布製のふた", Price: 1280,
		ImageURL: "https://img.example/b-1.png", PageURL: "https://shop.example/b-1", Category: "台所",
		Reason: offers.Reason{
			Strategy: offers.BoughtTogether, Buyers: 12, OfBuyers: 40,
			Facts: []offers.Fact{{SKU: "A-1", Name: "土鍋", AtMS: now - 3*dayMS}},
		},
		Propensity: 1,
	}
}

func popular(id string) offers.Offer {
	return offers.Offer{
		ID: ids.OfferID(id), Strategy: offers.Popular, SKU: "C-1", Name: "急須", Price: 3500,
		Reason: offers.Reason{Strategy: offers.Popular, Buyers: 31, FromMS: now - 90*dayMS, ToMS: now},
	}
}

func planUp() offers.PlanDecision {
	return offers.PlanDecision{
		Strategy: offers.PlanUpgrade, Current: offers.PlanInfo{ID: "s", Name: "シングル", PerMonth: 980},
		Offer: offers.Offer{
			ID: "p-0", Strategy: offers.PlanUpgrade, Plan: "w", Name: "ダブル", Price: 1480,
			Reason: offers.Reason{
				Strategy: offers.PlanUpgrade, Price: 980, Differs: 500, Facts: []offers.Fact{{Plan: true}},
				Uses: []offers.Use{{Name: "配送", Used: 6, Limit: 4}, {Name: "相談", Used: 1, Without: true}},
			},
		},
	}
}

func planDown() offers.PlanDecision {
	d := planUp()
	d.Strategy, d.Offer.Strategy, d.Offer.Reason.Strategy = offers.PlanStepDown, offers.PlanStepDown, offers.PlanStepDown
	d.Current.PerMonth, d.Offer.Price, d.Offer.Reason.Differs = 1980, 1480, -500
	return d
}

func planStay() offers.PlanDecision {
	d := planUp()
	d.Strategy, d.Offer.Strategy, d.Offer.Reason.Strategy = offers.PlanStay, offers.PlanStay, offers.PlanStay
	return d
}

func parts(t *testing.T, c render.Context) map[string]render.Part {
	t.Helper()
	short, err := render.NewNotice(c, []ids.Purpose{ids.PurchaseHistory}, false)
	if err != nil {
		t.Fatal(err)
	}
	long, err := render.NewNotice(c, ids.Purposes(), true)
	if err != nil {
		t.Fatal(err)
	}
	noPage := anOffer("x-2")
	noPage.PageURL = ""
	return map[string]render.Part{
		"text":          render.Text{Key: phrase.RenderReceipt, Params: phrase.Params{"number": "AB12", "contact": "店頭"}},
		"notice":        render.Notice{Notice: short, Nonce: "nonce-of-22-characters"},
		"notice_detail": render.Notice{Notice: long, Nonce: "nonce-of-22-characters"},
		"status": render.Status{Current: phrase.NoticeVersion, Standings: consent.Standings{
			ids.PurchaseHistory: {
				State: consent.Given, AtMS: now - dayMS, ValidUntilMS: now + dayMS, NoticeVersion: phrase.NoticeVersion,
			},
			ids.ProactiveMessages: {State: consent.Withdrawn, AtMS: now - 400*dayMS},
			ids.BrowsingHistory:   {State: consent.Refused, AtMS: now - 2*dayMS},
			ids.GroupStatistics: {
				State: consent.Given, AtMS: now - dayMS, ValidUntilMS: now + dayMS, NoticeVersion: "older",
			},
		}},
		"carousel":  render.Carousel{Offers: []offers.Offer{anOffer("x-0"), popular("x-1")}},
		"plan_up":   render.Plan{Decision: planUp()},
		"plan_down": render.Plan{Decision: planDown()},
		"plan_stay": render.Plan{Decision: planStay()},
		"why":       render.Why{Offers: []offers.Offer{anOffer("x-0"), popular("x-1"), planUp().Offer}},
		"history": render.History{
			Purchases: []render.Line{{SKU: "A-1", Name: "土鍋", AtMS: now - 3*dayMS}, {SKU: "D-1", Name: "茶筒", AtMS: now - 200*dayMS}},
			Plan:      &offers.Membership{Plan: "s"}, PlanName: "シングル",
		},
		"history_none": render.History{},
		"next":         render.Next{Offer: anOffer("x-0")},
		"next_no_page": render.Next{Offer: noPage},
		"confirm":      render.Confirm{Nonce: "nonce-of-22-characters"},
	}
}

var quick = []dialog.Choice{
	{Label: phrase.LabelMore, Action: dialog.PressMore},
	{Label: phrase.LabelStopAll, Action: dialog.PressStopAll},
}

func TestEveryPartRendersAsReviewed(t *testing.T) {
	t.Parallel()
	for _, lang := range []ids.Lang{ids.Japanese, ids.English} {
		for name, part := range parts(t, inContext(lang)) {
			t.Run(string(lang)+"/"+name, func(t *testing.T) {
				t.Parallel()
				messages, err := render.Messages(inContext(lang), []render.Part{part}, quick)
				if err != nil {
					t.Fatal(err)
				}
				var got bytes.Buffer
				if err := json.Indent(&got, messages[0], "", " "); err != nil {
					t.Fatal(err)
				}
				got.WriteByte('\n')
				file := filepath.Join("testdata", "golden", name+"."+string(lang)+".json")
				if *update {
					if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got.String()); diff != "" {
					t.Errorf("not as reviewed (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestAltTextNamesTheShopAndNothingElse(t *testing.T) {
	t.Parallel()
	for lang, want := range map[ids.Lang]string{ids.Japanese: "うさぎ屋からのご案内です", ids.English: "A message from うさぎ屋"} {
		for name, part := range parts(t, inContext(lang)) {
			messages, err := render.Messages(inContext(lang), []render.Part{part}, nil)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var m struct {
				Type, AltText string
			}
			if err := json.Unmarshal(messages[0], &m); err != nil {
				t.Fatal(err)
			}
			if m.Type == "flex" && m.AltText != want {
				t.Errorf("%s: altText is %q, want %q", name, m.AltText, want)
			}
		}
	}
}

// flexButtons collects every button with its look, in reading order.
func flexButtons(v any) []map[string]any {
	var all []map[string]any
	switch v := v.(type) {
	case []any:
		for _, child := range v {
			all = append(all, flexButtons(child)...)
		}
	case map[string]any:
		if v["type"] == "button" {
			all = append(all, v)
		}
		for _, key := range []string{"contents", "hero", "body", "footer"} {
			if child, ok := v[key]; ok {
				all = append(all, flexButtons(child)...)
			}
		}
	}
	return all
}

func TestAgreeAndRefuseDifferInNothingButTheirWords(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"notice", "notice_detail"} {
		messages, err := render.Messages(inContext(ids.Japanese), []render.Part{parts(t, inContext(ids.Japanese))[name]}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(messages[0], &m); err != nil {
			t.Fatal(err)
		}
		pairs := 0
		buttons := flexButtons(m["contents"])
		for i := range buttons {
			action := buttons[i]["action"].(map[string]any)
			if action["label"] != "同意する" {
				continue
			}
			pairs++
			refuse := buttons[i+1]
			if label := refuse["action"].(map[string]any)["label"]; label != "同意しない" {
				t.Fatalf("%s: beside 同意する stands %v", name, label)
			}
			look := func(b map[string]any) map[string]any {
				c := map[string]any{}
				for k, v := range b {
					if k != "action" {
						c[k] = v
					}
				}
				return c
			}
			if diff := cmp.Diff(look(buttons[i]), look(refuse)); diff != "" {
				t.Errorf("%s: the two buttons look different:\n%s", name, diff)
			}
		}
		if want := map[string]int{"notice": 1, "notice_detail": 5}[name]; pairs != want {
			t.Errorf("%s has %d pairs of buttons, want %d", name, pairs, want)
		}
	}
}

func TestTheHashOfANoticeBindsWhatIsShown(t *testing.T) {
	t.Parallel()
	c := inContext(ids.Japanese)
	base, err := render.NewNotice(c, []ids.Purpose{ids.PurchaseHistory}, false)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := render.NewNotice(c, []ids.Purpose{ids.PurchaseHistory}, false)
	if base.SHA256 != again.SHA256 || len(base.SHA256) != 64 {
		t.Fatalf("the same notice has the hashes %s and %s", base.SHA256, again.SHA256)
	}
	other := c
	other.Shop.Contact = "04-0000-0000"
	english := inContext(ids.English)
	for name, n := range map[string]func() (render.NoticeText, error){
		"contact": func() (render.NoticeText, error) {
			return render.NewNotice(other, []ids.Purpose{ids.PurchaseHistory}, false)
		},
		"language": func() (render.NoticeText, error) {
			return render.NewNotice(english, []ids.Purpose{ids.PurchaseHistory}, false)
		},
		"detail": func() (render.NoticeText, error) {
			return render.NewNotice(c, []ids.Purpose{ids.PurchaseHistory}, true)
		},
		"purposes": func() (render.NoticeText, error) { return render.NewNotice(c, ids.Purposes(), false) },
	} {
		changed, err := n()
		if err != nil {
			t.Fatal(err)
		}
		if changed.SHA256 == base.SHA256 {
			t.Errorf("another %s leaves the hash as it was", name)
		}
	}
	if _, err := render.NewNotice(c, nil, false); err == nil {
		t.Error("a notice that asks for nothing was made")
	}
}

func TestANoticeSaysWhatTheLawAsksFor(t *testing.T) {
	t.Parallel()
	n, err := render.NewNotice(inContext(ids.Japanese), []ids.Purpose{ids.PurchaseHistory}, false)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(n.Body, "\n")
	for _, want := range []string{shop, "お買い物", "ために使います", "保管", "24か月", "停止", policy, "03-0000-0000", "16歳以上"} {
		if !strings.Contains(text, want) {
			t.Errorf("the notice does not say %q:\n%s", want, text)
		}
	}
}

var hostile = []string{
	strings.Repeat("🍎", 5000), strings.Repeat("👨‍👩‍👧‍👦", 900), "e" + strings.Repeat("\u0301", 9000), "{x} {{shop}} ${y}",
	"\u202Eevil\u2066", "\x00\x01\x1b[31m\n\r\t", "\xff\xfe broken", `"\` + "`</script>&<>", "", "   ", "\u200b", strings.Repeat("あ", 70000),
	"مرحبا بالعالم", "\u2028\u2029", "🇯🇵🇯🇵🇯", strings.Repeat("\u0600", 400),
}

func hostileParts(name string) []render.Part {
	o := anOffer("id-0")
	o.Name, o.Category, o.ImageURL, o.PageURL = name, name, "https://img.example/"+name, "https://shop.example/?q="+name
	o.Reason.Facts[0].Name = name
	upgrade := o
	upgrade.Reason.Strategy, upgrade.Reason.Differs = offers.Upgrade, -1<<62
	d := planUp()
	d.Current.Name, d.Offer.Name, d.Offer.Reason.Uses[0].Name = name, name, name
	d.Offer.Price = 1 << 60
	return []render.Part{
		render.Carousel{Offers: []offers.Offer{o, upgrade, o}}, render.Why{Offers: []offers.Offer{o, upgrade, d.Offer}},
		render.Plan{Decision: d}, render.Next{Offer: o},
		render.History{
			Purchases: []render.Line{{SKU: "a", Name: name}, {SKU: "b", Name: name, AtMS: -1 << 50}}, Plan: &offers.Membership{}, PlanName: name,
		},
	}
}

func checkHostile(t *testing.T, name string) {
	t.Helper()
	c := inContext(ids.Japanese)
	messages, err := render.Messages(c, hostileParts(name), quick)
	if err != nil {
		t.Fatalf("%.40q: %v", name, err)
	}
	for _, m := range messages {
		if !json.Valid(m) {
			t.Fatalf("%.40q: not JSON", name)
		}
		if err := render.Check(m); err != nil {
			t.Fatalf("%.40q: %v", name, err)
		}
		if bytes.ContainsRune(m, '\u202E') || bytes.ContainsRune(m, 0) {
			t.Fatalf("%.40q: a control character came through", name)
		}
	}
	c.Shop.Name, c.Shop.Contact, c.Shop.PrivacyURL = name, name, name
	n, err := render.NewNotice(c, ids.Purposes(), true)
	if err != nil {
		t.Fatalf("%.40q as the shop: %v", name, err)
	}
	text := render.Text{Key: phrase.RenderReceipt, Params: phrase.Params{"number": name, "contact": name}}
	if _, err := render.Messages(c, []render.Part{render.Notice{Notice: n, Nonce: "n"}, text}, nil); err != nil {
		t.Fatalf("%.40q as the shop: %v", name, err)
	}
}

func TestHostileNamesGiveMessagesLineAccepts(t *testing.T) {
	t.Parallel()
	for _, name := range hostile {
		checkHostile(t, name)
	}
}

func FuzzNames(f *testing.F) {
	for _, name := range hostile {
		if len(name) < 20000 {
			f.Add(name)
		}
	}
	f.Fuzz(checkHostile)
}

func FuzzCheckTakesAnything(f *testing.F) {
	f.Add([]byte(`{"type":"text","text":"a"}`))
	f.Add([]byte(`{"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[]}}}`))
	f.Add([]byte(`[[[[[[`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if render.Check(b) == nil && !json.Valid(b) {
			var v any
			t.Fatalf("accepted what is no JSON: %q: %v", b, json.Unmarshal(b, &v))
		}
	})
}

func TestLongNamesEndBetweenGraphemes(t *testing.T) {
	t.Parallel()
	c := inContext(ids.Japanese)
	o := anOffer("x")
	family := "👨‍👩‍👧‍👦"
	o.Name = strings.Repeat(family, 500)
	messages, err := render.Messages(c, []render.Part{render.Carousel{Offers: []offers.Offer{o}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	text := string(messages[0])
	start := strings.Index(text, family)
	shown := text[start : start+strings.Index(text[start:], `"`)]
	if !strings.HasSuffix(shown, family+"…") {
		t.Errorf("the name ends in %q", shown[max(0, len(shown)-30):])
	}
	if n := uniseg.GraphemeClusterCount(shown); n > 60 || len(utf16.Encode([]rune(shown))) > 180 {
		t.Errorf("the name has %d graphemes", n)
	}
}

type wording struct {
	phrase.Table
	key  phrase.Key
	text string
}

func (w wording) Text(lang ids.Lang, key phrase.Key, params phrase.Params) (string, error) {
	if key == w.key {
		return w.text, nil
	}
	return w.Table.Text(lang, key, params)
}

func TestWhatIsOverALimitIsAnErrorThatNamesIt(t *testing.T) {
	t.Parallel()
	many := make([]dialog.Choice, 14)
	for i := range many {
		many[i] = dialog.Choice{Label: phrase.LabelMore, Action: dialog.PressMore}
	}
	say := []render.Part{render.Text{Key: phrase.LabelMore}}
	with := func(key phrase.Key, text string) render.Context {
		c := inContext(ids.Japanese)
		c.Phrases = wording{c.Phrases, key, text}
		return c
	}
	long := inContext(ids.Japanese)
	long.Sign = func(dialog.Action, string, string) string { return strings.Repeat("🍎", 151) }
	for name, tc := range map[string]struct {
		c     render.Context
		parts []render.Part
		quick []dialog.Choice
		want  string
	}{
		"no message":        {inContext(ids.Japanese), nil, nil, "limit is 5"},
		"six messages":      {inContext(ids.Japanese), append(say[:1:1], say[0], say[0], say[0], say[0], say[0]), nil, "limit is 5"},
		"14 quick replies":  {inContext(ids.Japanese), say, many, "limit is 13"},
		"four offers":       {inContext(ids.Japanese), []render.Part{render.Carousel{Offers: make([]offers.Offer, 4)}}, nil, "limit is 3"},
		"no offer":          {inContext(ids.Japanese), []render.Part{render.Carousel{}}, nil, "limit is 3"},
		"quick reply label": {with(phrase.LabelMore, strings.Repeat("🇯🇵", 21)), []render.Part{render.Confirm{Nonce: "n"}}, quick, "20 graphemes"},
		"button label":      {with(phrase.LabelErase, strings.Repeat("あ", 41)), []render.Part{render.Confirm{Nonce: "n"}}, nil, "40 graphemes"},
		"postback data":     {long, []render.Part{render.Confirm{Nonce: "n"}}, nil, "300 UTF-16 units"},
		"text":              {with(phrase.LabelMore, strings.Repeat("🍎", 2501)), say, nil, "5000"},
		"empty text":        {with(phrase.LabelMore, ""), say, nil, "empty"},
		"bubble bytes":      {with(phrase.ConfirmText, strings.Repeat("あ", 10_000)), []render.Part{render.Confirm{Nonce: "n"}}, nil, "30000"},
		"missing phrase":    {inContext(ids.Japanese), []render.Part{render.Text{Key: "no such"}}, nil, "no such"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := render.Messages(tc.c, tc.parts, tc.quick)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got the error %v, want one that says %q", err, tc.want)
			}
		})
	}
	if _, err := render.Messages(with(phrase.LabelMore, strings.Repeat("🇯🇵", 20)), say, quick); err != nil {
		t.Errorf("20 flags are 20 graphemes, got %v", err)
	}
}

func TestCheckRefusesWhatLineRefuses(t *testing.T) {
	t.Parallel()
	box := func(inner string) string {
		return `{"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[` + inner + `]}}}`
	}
	bubble := `{"type":"bubble","size":"kilo","body":{"type":"box","layout":"vertical","contents":[]}}`
	for name, m := range map[string]string{
		"no json":           `{"type":"text"`,
		"trailing":          `{"type":"text","text":"a"} x`,
		"no text":           `{"type":"text","text":""}`,
		"long text":         `{"type":"text","text":"` + strings.Repeat("😀", 2501) + `"}`,
		"textV2":            `{"type":"textV2","text":"a"}`,
		"alt":               `{"type":"flex","altText":"` + strings.Repeat("a", 1501) + `","contents":` + bubble + `}`,
		"http image":        box(`{"type":"image","url":"http://a.example/"}`),
		"empty flex text":   box(`{"type":"text","text":""}`),
		"mailto":            box(`{"type":"button","action":{"type":"uri","label":"a","uri":"mailto:a@b.example"}}`),
		"long uri":          box(`{"type":"button","action":{"type":"uri","label":"a","uri":"https://` + strings.Repeat("a", 1000) + `"}}`),
		"no label":          box(`{"type":"button","action":{"type":"postback","data":"a"}}`),
		"label of 41":       box(`{"type":"button","action":{"type":"postback","label":"` + strings.Repeat("あ", 41) + `","data":"a"}}`),
		"data of 301":       box(`{"type":"button","action":{"type":"postback","label":"a","data":"` + strings.Repeat("a", 301) + `"}}`),
		"mixed sizes":       `{"type":"flex","altText":"a","contents":{"type":"carousel","contents":[` + bubble + `,` + strings.Replace(bubble, "kilo", "mega", 1) + `]}}`,
		"13 bubbles":        `{"type":"flex","altText":"a","contents":{"type":"carousel","contents":[` + strings.Repeat(bubble+",", 12) + bubble + `]}}`,
		"quick reply of 21": `{"type":"text","text":"a","quickReply":{"items":[{"type":"action","action":{"type":"postback","label":"` + strings.Repeat("あ", 21) + `","data":"a"}}]}}`,
	} {
		if err := render.Check([]byte(m)); err == nil {
			t.Errorf("%s passed", name)
		}
	}
	for name, m := range map[string]string{
		"text of 5000 escaped": `{"type":"text","text":"` + strings.Repeat(`\u3042`, 5000) + `"}`,
		"12 bubbles":           `{"type":"flex","altText":"a","contents":{"type":"carousel","contents":[` + strings.Repeat(bubble+",", 11) + bubble + `]}}`,
		"label of 40 families": box(`{"type":"button","action":{"type":"postback","label":"` + strings.Repeat("👨‍👩‍👧‍👦", 40) + `","data":"a"}}`),
	} {
		if err := render.Check([]byte(m)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBodiesAreWhatLineExpects(t *testing.T) {
	t.Parallel()
	messages := []json.RawMessage{json.RawMessage(`{"type":"text","text":"a"}`), json.RawMessage(`{"type":"text","text":"b"}`)}
	reply, err := render.ReplyBody(`to"ken`, messages)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"replyToken":"to\"ken","messages":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}`; string(reply) != want {
		t.Errorf("got %s", reply)
	}
	if push, err := render.PushBody("U1", messages[:1]); err != nil || string(push) != `{"to":"U1","messages":[{"type":"text","text":"a"}]}` {
		t.Errorf("got %s, %v", push, err)
	}
	if _, err := render.ReplyBody("", messages); err == nil {
		t.Error("a reply without a token was made")
	}
}

func TestTheEnglishOfEveryRenderPhraseExists(t *testing.T) {
	t.Parallel()
	for _, e := range phrase.Entries() {
		if e.JA == "" || e.EN == "" {
			t.Errorf("%s lacks a language", e.Key)
		}
	}
}

func BenchmarkCarousel(b *testing.B) {
	c := inContext(ids.Japanese)
	list := []render.Part{render.Carousel{Offers: []offers.Offer{anOffer("x-0"), anOffer("x-1"), anOffer("x-2")}}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := render.Messages(c, list, quick); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	c := inContext(ids.Japanese)
	list := []render.Part{render.Carousel{Offers: []offers.Offer{anOffer("x-0"), anOffer("x-1"), anOffer("x-2")}}}
	messages, err := render.Messages(c, list, quick)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(messages[0])))
	b.ReportAllocs()
	for b.Loop() {
		if err := render.Check(messages[0]); err != nil {
			b.Fatal(err)
		}
	}
}

package linesim

import (
	"encoding/json"
	"strings"
	"testing"
)

func text(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func flexWith(component string) string {
	return `[{"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[` + component + `]}}}]`
}

func button(action string) string {
	return flexWith(`{"type":"button","action":` + action + `}`)
}

func quick(items ...string) string {
	return `[{"type":"text","text":"a","quickReply":{"items":[` + strings.Join(items, ",") + `]}}]`
}

func quickItem(action string) string { return `{"type":"action","action":` + action + `}` }

func repeat(s string, n int) string { return strings.TrimSuffix(strings.Repeat(s+",", n), ",") }

const family = "👨‍👩‍👧‍👦" // one grapheme, 11 UTF-16 units

func TestMessagesAreHeldToLinesLimits(t *testing.T) {
	t.Parallel()
	label := func(s string) string { return `{"type":"message","label":` + text(s) + `,"text":"x"}` }
	buttons := func(body string) string {
		return `[{"type":"template","altText":"a","template":{"type":"buttons",` + body + `}}]`
	}
	for _, c := range []struct {
		name, messages string
		property       string // "" = accepted
		message        string
	}{
		{"text", `[{"type":"text","text":"a"}]`, "", ""},
		{"empty text", `[{"type":"text","text":""}]`, "messages[0].text", "May not be empty"},
		{"no text", `[{"type":"text"}]`, "messages[0].text", "May not be empty"},
		{"text of 5000 units", `[{"type":"text","text":` + text(strings.Repeat("あ", 5000)) + `}]`, "", ""},
		{"text of 5001 units", `[{"type":"text","text":` + text(strings.Repeat("あ", 5001)) + `}]`, "messages[0].text", "between 1 and 5000"},
		{"emoji count twice", `[{"type":"text","text":` + text(strings.Repeat("🍎", 2501)) + `}]`, "messages[0].text", "5000"},
		{"unknown type", `[{"type":"text","text":"a"},{"type":"nope"}]`, "messages[1].type", "Must be one of the following values: [text, textV2, sticker"},
		{"no type", `[{"text":"a"}]`, "messages[0].type", ""},
		{"six messages", `[` + repeat(`{"type":"text","text":"a"}`, 6) + `]`, "messages", "between 1 and 5"},
		{"no message", `[]`, "messages", "between 1 and 5"},
		{"text number", `[{"type":"text","text":1}]`, "messages[0].text", "string"},
		{"emoji at a $", `[{"type":"text","text":"🍎$","emojis":[{"index":2,"productId":"1","emojiId":"1"}]}]`, "", ""},
		{"emoji elsewhere", `[{"type":"text","text":"🍎$","emojis":[{"index":1,"productId":"1","emojiId":"1"}]}]`, "messages[0].emojis[0].index", ""},
		{"textV2 placeholder without entry", `[{"type":"textV2","text":"{a}"}]`, "messages[0].substitution", "a"},
		{"textV2 escaped", `[{"type":"textV2","text":"{{a}}"}]`, "", ""},
		{"textV2 stray brace", `[{"type":"textV2","text":"a}"}]`, "messages[0].text", ""},
		{"http image", `[{"type":"image","originalContentUrl":"http://a/b","previewImageUrl":"https://a/b"}]`, "messages[0].originalContentUrl", "https"},
		{"13 quick replies", quick(repeat(quickItem(label("a")), 13)), "", ""},
		{"14 quick replies", quick(repeat(quickItem(label("a")), 14)), "messages[0].quickReply.items", "between 1 and 13"},
		{"quick label of 20", quick(quickItem(label(strings.Repeat("あ", 20)))), "", ""},
		{"quick label of 21", quick(quickItem(label(strings.Repeat("あ", 21)))), "messages[0].quickReply.items[0].action.label", "20"},
		{"quick label counts graphemes", quick(quickItem(label(strings.Repeat(family, 20)))), "", ""},
		{"quick label missing", quick(quickItem(`{"type":"message","text":"x"}`)), "messages[0].quickReply.items[0].action.label", ""},
		{"camera in a quick reply", quick(quickItem(`{"type":"camera","label":"c"}`)), "", ""},
		{"camera in Flex", button(`{"type":"camera","label":"c"}`), "/body/contents/0/action/type", "one of"},
		{"sender LINE", `[{"type":"text","text":"a","sender":{"name":"Line bot"}}]`, "messages[0].sender.name", "reserved"},
		{"altText 1500", strings.Replace(flexWith(`{"type":"text","text":"x"}`), `"altText":"a"`, `"altText":"`+strings.Repeat("a", 1500)+`"`, 1), "", ""},
		{"altText 1501", strings.Replace(flexWith(`{"type":"text","text":"x"}`), `"altText":"a"`, `"altText":"`+strings.Repeat("a", 1501)+`"`, 1), "messages[0].altText", "1500"},
		{"Flex label of 40", button(label(strings.Repeat("あ", 40))), "", ""},
		{"Flex label of 41", button(label(strings.Repeat("あ", 41))), "/body/contents/0/action/label", "40"},
		{"Flex button without label", button(`{"type":"uri","uri":"https://a"}`), "/body/contents/0/action/label", "must be specified"},
		{"postback data of 300", button(`{"type":"postback","label":"a","data":"` + strings.Repeat("a", 300) + `"}`), "", ""},
		{"postback data of 301", button(`{"type":"postback","label":"a","data":"` + strings.Repeat("a", 301) + `"}`), "/body/contents/0/action/data", "300"},
		{"data counts UTF-16", button(`{"type":"postback","label":"a","data":` + text(strings.Repeat("🍎", 151)) + `}`), "/body/contents/0/action/data", "300"},
		{"displayText counts graphemes", button(`{"type":"postback","label":"a","data":"a","displayText":` + text(strings.Repeat(family, 300)) + `}`), "", ""},
		{"displayText and text", button(`{"type":"postback","label":"a","data":"a","displayText":"a","text":"a"}`), "/body/contents/0/action/text", ""},
		{"mailto", button(`{"type":"uri","label":"a","uri":"mailto:a@b"}`), "/body/contents/0/action/uri", "invalid uri scheme"},
		{"tel", button(`{"type":"uri","label":"a","uri":"tel:0312345678"}`), "", ""},
		{"unescaped uri", button(`{"type":"uri","label":"a","uri":"https://a/お"}`), "/body/contents/0/action/uri", "uri"},
		{"uri of 1001", button(`{"type":"uri","label":"a","uri":"https://a/` + strings.Repeat("a", 991) + `"}`), "/body/contents/0/action/uri", "1000"},
		{"Flex empty text", flexWith(`{"type":"text","text":""}`), "/body/contents/0/text", "must be non-empty text"},
		{"Flex text without text", flexWith(`{"type":"text"}`), "/body/contents/0/text", "must be non-empty text"},
		{"Flex spans", flexWith(`{"type":"text","contents":[{"type":"span","text":"a","weight":"bold"}]}`), "", ""},
		{"Flex unknown property", flexWith(`{"type":"text","text":"a","colour":"#000000"}`), "/body/contents/0/colour", "unknown"},
		{"Flex bad colour", flexWith(`{"type":"text","text":"a","color":"red"}`), "/body/contents/0/color", ""},
		{"Flex size in px", flexWith(`{"type":"text","text":"a","size":"12px"}`), "", ""},
		{"Flex bad size", flexWith(`{"type":"text","text":"a","size":"huge"}`), "/body/contents/0/size", "invalid property"},
		{"icon outside a baseline", flexWith(`{"type":"icon","url":"https://a/b"}`), "/body/contents/0/type", "one of"},
		{"icon in a baseline", flexWith(`{"type":"box","layout":"baseline","contents":[{"type":"icon","url":"https://a/b"}]}`), "", ""},
		{"button in a baseline", flexWith(`{"type":"box","layout":"baseline","contents":[{"type":"button","action":` + label("a") + `}]}`), "/body/contents/0/contents/0/type", ""},
		{"image ratio too tall", flexWith(`{"type":"image","url":"https://a/b","aspectRatio":"1:4"}`), "/body/contents/0/aspectRatio", ""},
		{"eleven animated images", flexWith(repeat(`{"type":"image","url":"https://a/b","animated":true}`, 11)), "/body/contents/10/animated", "10"},
		{"no block", `[{"type":"flex","altText":"a","contents":{"type":"bubble"}}]`, "/", "at least one block must be specified"},
		{"12 bubbles", carouselOf(12, `"size":"micro"`), "", ""},
		{"13 bubbles", carouselOf(13, `"size":"micro"`), "/contents", "between 1 and 12"},
		{"bubbles of different size", strings.Replace(carouselOf(2, `"size":"micro"`), `"size":"micro"`, `"size":"mega"`, 1), "/contents/1/size", "same size"},
		{"bubble over 30 KB", flexWith(`{"type":"text","text":"` + strings.Repeat("a", 30_000) + `"}`), "/", "too large"},
		{"carousel over 50 KB", carouselOf(2, `"header":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"`+strings.Repeat("a", 26_000)+`"}]}`), "/", "too large"},
		{"body is no box", `[{"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"text","text":"a"}}}]`, "/body/type", ""},
		{"buttons", buttons(`"text":"a","actions":[` + label("a") + `]`), "", ""},
		{"buttons, 161 characters", buttons(`"text":"` + strings.Repeat("a", 161) + `","actions":[` + label("a") + `]`), "template/text", "160"},
		{"buttons with title, 61", buttons(`"title":"t","text":"` + strings.Repeat("a", 61) + `","actions":[` + label("a") + `]`), "template/text", "60"},
		{"five actions", buttons(`"text":"a","actions":[` + repeat(label("a"), 5) + `]`), "template/actions", "between 1 and 4"},
		{"confirm with one action", `[{"type":"template","altText":"a","template":{"type":"confirm","text":"a","actions":[` + label("a") + `]}}]`, "template/actions", ""},
		{"columns differ", `[{"type":"template","altText":"a","template":{"type":"carousel","columns":[{"text":"a","actions":[` + label("a") + `]},{"text":"a","actions":[` + repeat(label("a"), 2) + `]}]}}]`, "template/columns/1/actions", "same"},
		{"imagemap", `[{"type":"imagemap","baseUrl":"https://a/b","altText":"a","baseSize":{"width":1040,"height":10},"actions":[{"type":"uri","linkUri":"https://a","area":{"x":0,"y":0,"width":1,"height":1}}]}]`, "", ""},
		{"imagemap width", `[{"type":"imagemap","baseUrl":"https://a/b","altText":"a","baseSize":{"width":700,"height":10},"actions":[]}]`, "messages[0].baseSize.width", "1040"},
		{"coupon tag", `[{"type":"coupon","couponId":"a","deliveryTag":"a-b"}]`, "messages[0].deliveryTag", ""},
		{"location", `[{"type":"location","title":"a","address":"b","latitude":91,"longitude":0}]`, "messages[0].latitude", ""},
		{"null counts as absent", `[{"type":"text","text":"a","quickReply":null}]`, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bad := ValidateMessages([]byte(c.messages))
			switch {
			case c.property == "" && bad != nil:
				t.Errorf("refused: %v", bad)
			case c.property == "":
			case bad == nil:
				t.Error("accepted")
			case bad.Status != 400 || len(bad.Details) == 0:
				t.Errorf("%v", bad)
			default:
				for _, d := range bad.Details {
					if d.Property == c.property && strings.Contains(d.Message, c.message) {
						return
					}
				}
				t.Errorf("got %+v, want %q at %q", bad.Details, c.message, c.property)
			}
		})
	}
}

func carouselOf(n int, more string) string {
	bubble := `{"type":"bubble",` + more + `,"body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"x"}]}}`
	return `[{"type":"flex","altText":"a","contents":{"type":"carousel","contents":[` + repeat(bubble, n) + `]}}]`
}

func TestErrorsHaveLinesShape(t *testing.T) {
	t.Parallel()
	for messages, want := range map[string]string{
		`[{"type":"text","text":""},{"type":"x"}]`:                                                `{"message":"The request body has 2 error(s)","details":[{"message":"May not be empty","property":"messages[0].text"},{"message":"Must be one of the following values: [text, textV2, sticker, image, video, audio, location, coupon, imagemap, template, flex]","property":"messages[1].type"}]}`,
		`[{"type":"text","text":"a"},{"type":"flex","altText":"a","contents":{"type":"bubble"}}]`: `{"message":"A message (messages[1]) in the request body is invalid","details":[{"message":"at least one block must be specified","property":"/"}]}`,
	} {
		bad := ValidateMessages([]byte(messages))
		got, _ := json.Marshal(bad)
		if string(got) != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestTreeReadsJSONAsEncodingJSONDoes(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		`{}`, `[]`, `{"a":[1,-2.5e+3,true,false,null,"x\u00e9\n\ud83c\udf4e"]}`, ` { "a" : { "b" : "c" } } `, `"\ud800"`, `0`, `-0.1`,
		``, `{`, `{"a"}`, `[1,]`, `{"a":1,}`, `01`, `1.`, `"a`, "\"\x01\"", `nul`, `{} x`, `"\q"`, `"\u12g4"`, "\"\xff\"",
		strings.Repeat("[", 200) + strings.Repeat("]", 200),
	} {
		tr, _, err := parseTree([]byte(src))
		deep := strings.HasPrefix(src, "[[[")
		if got, want := err == nil, json.Valid([]byte(src)) && !deep && src != "\"\xff\""; got != want {
			t.Errorf("%q: read %v, want %v", src, got, want)
		}
		if err == nil {
			tr.release()
		}
	}
}

func FuzzParseTree(f *testing.F) {
	f.Add([]byte(`{"a":["\u0041b",{"c":1}]}`))
	f.Add([]byte(`{"messages":[{"type":"text","text":"a"}]}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		tr, _, err := parseTree(src)
		if err != nil {
			return
		}
		if !json.Valid(src) {
			t.Fatal("read what is not JSON")
		}
		for i := range tr.nodes {
			if tr.nodes[i].kind == jsonString {
				var want string
				if e := json.Unmarshal(tr.raw(int32(i)), &want); e != nil || want != string(tr.nodes[i].str) {
					t.Fatalf("%q read as %q", tr.raw(int32(i)), tr.nodes[i].str)
				}
			}
		}
		tr.release()
		r, bad := parseRequest(src, toNobody, true)
		if bad == nil {
			r.t.release()
		}
	})
}

func offerCarousel() []byte {
	bubble := `{"type":"bubble","size":"kilo","hero":{"type":"image","url":"https://example.com/i/1.png","size":"full","aspectRatio":"20:13","aspectMode":"cover"},"body":{"type":"box","layout":"vertical","spacing":"sm","contents":[{"type":"text","text":"エチオピア イルガチェフェ 200g","weight":"bold","size":"lg","wrap":true},{"type":"text","text":"1,280円","size":"md","color":"#111111"},{"type":"text","text":"ペーパーフィルターをお求めの方の12人中8人が選んでいます。","size":"sm","color":"#666666","wrap":true}]},"footer":{"type":"box","layout":"vertical","spacing":"sm","contents":[{"type":"button","style":"primary","height":"sm","action":{"type":"postback","label":"興味があります","data":"i:0123456789abcdef0123456789abcdef:abcdefghijklmnopqrstuv","displayText":"興味があります"}},{"type":"button","style":"secondary","height":"sm","action":{"type":"postback","label":"今回は見送る","data":"n:0123456789abcdef0123456789abcdef:abcdefghijklmnopqrstuv","displayText":"今回は見送る"}},{"type":"button","style":"link","height":"sm","action":{"type":"postback","label":"なぜ？","data":"y:0123456789abcdef0123456789abcdef:abcdefghijklmnopqrstuv","displayText":"なぜ？"}}]}}`
	return []byte(`{"replyToken":"0123456789abcdef0123456789abcdef","messages":[{"type":"text","text":"こちらはいかがでしょうか。"},{"type":"flex","altText":"豆と暮らしからのご案内です","contents":{"type":"carousel","contents":[` + repeat(bubble, 3) + `]},"quickReply":{"items":[` + repeat(quickItem(`{"type":"message","label":"ほかを見る","text":"ほかには？"}`), 4) + `]}}]}`)
}

func BenchmarkValidate(b *testing.B) {
	body := offerCarousel()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		r, bad := parseRequest(body, toReplyToken, true)
		if bad != nil {
			b.Fatal(bad)
		}
		r.t.release()
	}
}

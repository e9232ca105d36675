package dialog

import (
	"reflect"
	"testing"
	"unicode/utf8"
)

func FuzzRecognise(f *testing.F) {
	for _, seed := range []string{"", "停止", "S.T.O.P", "ﾔﾒﾃ", "\xff\xfe停止", "コーヒーに合うお菓子ある？", "もういいいい", "🇸🇹🇴🇵", "が", "ーーー", "\u200b", "a b c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first := Recognise(text)
		if !reflect.DeepEqual(first, Recognise(text)) {
			t.Fatal("two answers for one text")
		}
		if IsOptOut(text) != (first.Intent == OptOut) {
			t.Fatal("door and dialogue differ")
		}
		if first.Confidence < 0 || first.Confidence > 1 || !utf8.ValidString(first.Words) || !utf8.ValidString(first.Topic) {
			t.Fatalf("%+v", first)
		}
		known := false
		for _, i := range Intents() {
			known = known || i == first.Intent
		}
		if !known {
			t.Fatalf("intent %q", first.Intent)
		}
	})
}

// Whatever surrounds a stop in the way people decorate words, it stays a stop.
func TestDecorationDoesNotHideAStop(t *testing.T) {
	t.Parallel()
	for _, word := range []string{
		"停止", "配信停止", "解除", "やめて", "送らないで", "もう送らないで", "配信いらない", "同意を撤回", "STOP", "unsubscribe", "OptOut",
		"ｽﾄｯﾌﾟ", "もういい", "しつこい",
	} {
		for _, before := range []string{"", " ", "　", "🛑", "「", "すみません、", "もう", "\u200b", "！", "あの、"} {
			for _, after := range []string{"", "。", "！！", "🙏", "です", "ください", "お願いします", "〜", "ーー", "って", "\ufe0f", " please", "\n", "w"} {
				if text := before + word + after; !IsOptOut(text) {
					if after == "w" && word[0] < 0x80 || before == "もう" && after == "w" {
						continue // stopw is another word
					}
					t.Errorf("missed %q", text)
				}
			}
		}
	}
}

func TestWhatOnlyLooksLikeAStopIsNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"停止しないで", "配信停止しないで", "停止しないでください", "やめないで", "送ってください", "解約したい", "退会", "いらない", "定期便をやめたい", "履歴書",
		"日焼け止めある？", "しつこい汚れに効く洗剤", "ストップウォッチありますか", "best options?", "nonstop music", "おすすめを決めて", "はじめてです",
		"やめておきます", "集めている器", "連携解除", "停止解除", "don't stop", "キャンセルしたい", "早めてほしい", "今回は結構です",
	} {
		if IsOptOut(text) {
			t.Errorf("%q is taken for a stop", text)
		}
	}
}

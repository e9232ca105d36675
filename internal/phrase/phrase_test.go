package phrase

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"osusume/internal/ids"
)

var placeholder = regexp.MustCompile(`\{([a-z_]+)\}`)

func TestEveryPhraseIsCompleteInBothLanguages(t *testing.T) {
	t.Parallel()
	seen := map[Key]bool{}
	for _, e := range Entries() {
		if seen[e.Key] {
			t.Errorf("%q is declared twice", e.Key)
		}
		seen[e.Key] = true
		for lang, text := range map[ids.Lang]string{ids.Japanese: e.JA, ids.English: e.EN} {
			if strings.TrimSpace(text) == "" || !utf8.ValidString(text) {
				t.Errorf("%q has no text in %s", e.Key, lang)
			}
			var used []string
			for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
				if !slices.Contains(used, m[1]) {
					used = append(used, m[1])
				}
			}
			declared := slices.Sorted(slices.Values(e.Params))
			slices.Sort(used)
			if !slices.Equal(used, declared) {
				t.Errorf("%q in %s uses %v and declares %v", e.Key, lang, used, declared)
			}
			if rest := placeholder.ReplaceAllString(text, ""); strings.ContainsAny(rest, "{}") {
				t.Errorf("%q in %s has a stray brace", e.Key, lang)
			}
		}
	}
}

func TestTextFillsEveryPlaceholderOrFails(t *testing.T) {
	t.Parallel()
	for _, e := range Entries() {
		values := Params{}
		for _, p := range e.Params {
			values[p] = "<" + p + ">"
		}
		for _, lang := range []ids.Lang{ids.Japanese, ids.English} {
			text, err := Builtin().Text(lang, e.Key, values)
			if err != nil || strings.ContainsAny(text, "{}") {
				t.Errorf("%q in %s: %q, %v", e.Key, lang, text, err)
			}
			for _, p := range e.Params {
				if !strings.Contains(text, "<"+p+">") {
					t.Errorf("%q in %s lost %s", e.Key, lang, p)
				}
			}
			if _, err := Builtin().Text(lang, e.Key, Params{"unknown": "x"}); err == nil {
				t.Errorf("%q takes a value it does not declare", e.Key)
			}
		}
	}
	if _, err := Builtin().Text(ids.Japanese, "no.such", nil); err == nil {
		t.Error("a missing key is no error")
	}
}

func TestEveryPurposeAndStateHasItsWords(t *testing.T) {
	t.Parallel()
	for _, p := range ids.Purposes() {
		for _, key := range []Key{PurposeName(p), NoticeWhat(p), NoticeUse(p), NoticeKeep(p)} {
			if _, err := Builtin().Text(ids.Japanese, key, nil); err != nil {
				t.Error(err)
			}
		}
	}
	for _, state := range []string{"", "requested", "given", "refused", "withdrawn", "expired", "invalidated", "stale"} {
		if _, err := Builtin().Text(ids.Japanese, StandingName(state), nil); err != nil {
			t.Error(err)
		}
	}
}

// banned words a built-in sentence never holds: false certainty, superlatives, urgency, scarcity, loss, watching, double
// honorifics, and calling the customer あなた (privacy.md §7 of the requirements).
var banned = []string{
	"絶対", "必ず", "間違いなく", "100%", "最安", "No.1", "ナンバーワン", "日本一", "世界初", "業界初", "最高", "唯一", "完全",
	"今だけ", "本日限り", "期間限定", "終了間近", "ラスト", "残りわずか", "在庫わずか", "先着", "早い者勝ち", "売り切れ", "半額", "値下げ",
	"無料", "タダ", "後悔", "知らないと", "手遅れ", "損を", "いつも見て", "していましたね", "深夜に", "効く", "治る", "改善し", "痩せ", "若返",
	"今すぐ", "急いで", "お早めに", "あなた", "お前", "ご覧になられ", "おっしゃられ", "お伺いいたし", "拝見させていただき", "お求めやすい",
	"口コミ", "お客様の声", "愛用者", "させていただ",
}

// label says whether the phrase stands on a button or as a heading, where no sentence is expected.
func label(k Key) bool {
	s := string(k)
	return !strings.HasPrefix(s, "say.") && (!strings.HasPrefix(s, "notice.") || k == NoticeTitle)
}

var politeEnd = regexp.MustCompile(`(です|ます|ました|ません|ませんでした|ませ|ください|ございます|ございません|でしょうか|ですか|ますか|ますように|こんにちは|はじめまして)$`)

func TestSentencesArePolite(t *testing.T) {
	t.Parallel()
	for _, e := range Entries() {
		for _, word := range banned {
			if strings.Contains(e.JA, word) {
				t.Errorf("%q says %s", e.Key, word)
			}
		}
		if strings.Count(e.JA, "！")+strings.Count(e.JA, "!") > 0 {
			t.Errorf("%q shouts", e.Key)
		}
		if label(e.Key) {
			continue
		}
		if n := utf8.RuneCountInString(e.JA); n > 200 {
			t.Errorf("%q has %d characters", e.Key, n)
		}
		for sentence := range strings.FieldsFuncSeq(e.JA, func(r rune) bool { return r == '。' || r == '\n' }) {
			_, after, isList := strings.Cut(sentence, "：")
			if isList {
				sentence = after
			}
			if placeholder.MatchString(sentence) && placeholder.ReplaceAllString(sentence, "") == "" {
				continue
			}
			if !politeEnd.MatchString(sentence) {
				t.Errorf("%q ends impolitely: %s", e.Key, sentence)
			}
		}
	}
}

// The two buttons of a question weigh the same, and refusing is not made to feel bad.
func TestRefusalIsNotPunished(t *testing.T) {
	t.Parallel()
	agree, _ := Builtin().Text(ids.Japanese, LabelAgree, nil)
	refuse, _ := Builtin().Text(ids.Japanese, LabelRefuse, nil)
	if agree != "同意する" || refuse != "同意しない" {
		t.Errorf("the buttons say %s and %s", agree, refuse)
	}
	for _, key := range []Key{SayRefused, SayStopped, SayDeclined, SayDeclinedNone, SayEraseKept, SayCancel} {
		for _, e := range Entries() {
			if e.Key == key && (strings.Contains(e.JA, "残念") || strings.Contains(e.JA, "本当によろしい") || strings.Contains(e.EN, "sorry to see")) {
				t.Errorf("%q presses", key)
			}
		}
	}
}

func TestAStopSaysSo(t *testing.T) {
	t.Parallel()
	for _, lang := range []ids.Lang{ids.Japanese, ids.English} {
		text, err := Builtin().Text(lang, SayStopped, nil)
		if err != nil || !strings.Contains(text, "停止しました") {
			t.Errorf("%s: %q, %v", lang, text, err)
		}
	}
}

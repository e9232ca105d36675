package dialog

import "testing"

func TestTopicIsWhatTheRequestIsAbout(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"コーヒーに合うお菓子ある？": "コーヒー お菓子",
		"おすすめ":     "",
		"何かいいのある？": "",
		"おすすめのコーヒーを教えてください":       "コーヒー",
		"コーヒーに合うものは？":             "コーヒー",
		"母へのプレゼントを探しています":         "母 プレゼント",
		"夏のギフトが欲しい":               "夏 ギフト",
		"ｺｰﾋｰのおすすめは？":             "コーヒー",
		"もっと安いのある？":               "",
		"洗剤ありますか？":                "洗剤",
		"アルコール除菌シートある？":           "アルコール除菌シート",
		"ほかには？":                   "",
		"履歴書ありますか":                "履歴書",
		"Do you have green tea?":  "green tea",
		"What goes with coffee?":  "coffee",
		"Any recommendations?":    "",
		"What should I buy":       "",
		"このシャツに合うパンツはありますか":       "このシャツ パンツ",
		"おすすめ、お願いします":             "",
		"このまえ買ったコーヒーに合うもの教えてほしい🙏": "このまえ買ったコーヒー",
	} {
		got := Recognise(text)
		if got.Topic != want {
			t.Errorf("%q (%s): topic %q, want %q", text, got.Intent, got.Topic, want)
		}
	}
}

package app

import (
	"fmt"
	"strings"
	"testing"

	"osusume/dialog"
)

// The contract's own example of each intent, in the order of its table.
const contractWords = `おすすめ
ほかには？
プラン
なぜ？
これにします
今回は結構です
同意
停止
同意状況
履歴
データ開示
データ削除
担当者
壊れていた
解約したい
会員連携
連携解除
ヘルプ
ありがとう
こんにちは
`

func TestIntentAnswersEachLineInOrder(t *testing.T) {
	t.Parallel()
	status, stdout, stderr := program(t, nil, contractWords, "intent")
	if status != 0 || stderr != "" {
		t.Fatalf("status %d, stderr %q", status, stderr)
	}
	var got []string
	for line := range strings.Lines(stdout) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 3 {
			t.Fatalf("%q is not intent, confidence and words", line)
		}
		var confidence float64
		if _, err := fmt.Sscanf(fields[1], "%f", &confidence); err != nil || confidence <= 0 || confidence > 1 {
			t.Errorf("%q: the confidence must be above 0 and at most 1", line)
		}
		got = append(got, fields[0])
	}
	want := "recommend more plan why accept decline opt_in opt_out consent_status history export erase human complaint cancel link unlink help thanks greeting"
	if strings.Join(got, " ") != want {
		t.Errorf("intents\n%s, want\n%s", strings.Join(got, " "), want)
	}
}

func TestIntentSurvivesAnyInput(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "\x00\xff\xfe\n", strings.Repeat("あ", 300_000) + "\n", "a\tb\nc\r\n", "最後の行に改行がない"} {
		status, stdout, stderr := program(t, nil, text, "intent")
		if status != 0 || stderr != "" {
			t.Errorf("%.20q: status %d, stderr %q", text, status, stderr)
		}
		for line := range strings.Lines(stdout) {
			if strings.Count(line, "\t") != 2 {
				t.Errorf("%.20q: the line %.60q has not three fields", text, line)
			}
		}
	}
	if status, _, stderr := program(t, nil, strings.Repeat("x", longestIntentLine+1), "intent"); status != 1 || !strings.Contains(stderr, "line 1") {
		t.Errorf("a line beyond all limits: status %d, stderr %.80q", status, stderr)
	}
}

func TestIntentOfAnArgumentIsThatOfTheLine(t *testing.T) {
	t.Parallel()
	_, byArgument, _ := program(t, nil, "", "intent", "停止")
	_, byLine, _ := program(t, nil, "停止\n", "intent")
	if byArgument != byLine || !strings.HasPrefix(byArgument, string(dialog.OptOut)+"\t") {
		t.Errorf("%q and %q", byArgument, byLine)
	}
}

// Package lint judges a sentence meant for customers: politeness, display law, pressure, and what LINE can show. Each finding
// says what to write instead.
package lint

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Severity says what a finding means for the message.
type Severity string

// The severities.
const (
	Block    Severity = "block"    // is not sent
	Evidence Severity = "evidence" // is sent only with stored proof
	Warn     Severity = "warn"     // an approver may accept it with a reason
)

// Finding is one thing to change.
type Finding struct {
	Rule     string // PL01 to PL26
	Severity Severity
	Line     int // from 1
	Column   int // in characters, from 1
	Message  string
}

// Text judges each line as the body of one message, in the order of the text.
func Text(text string) []Finding {
	var all []Finding
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		for _, f := range Body(strings.TrimSuffix(line, "\r")) {
			f.Line = i + 1
			all = append(all, f)
		}
	}
	return all
}

// Body judges one line. Findings are on line 1, by column and rule.
func Body(body string) []Finding {
	s := read(body)
	var found []Finding
	add := func(rule string, severity Severity, at int, message string) {
		found = append(found, Finding{rule, severity, 1, s.column(at), message})
	}
	for _, r := range rules {
		count := 0
		for _, m := range r.find(s.text) {
			if count++; count < r.least {
				continue
			}
			add(r.name, r.severity, m, r.message)
			if r.once || r.least > 0 {
				break
			}
		}
	}
	endings(s, add)
	if s.hidden >= 0 {
		found = append(found, Finding{"PL26", Warn, 1, s.hidden + 1, "見えない文字が入っています。取り除いてください。"})
	}
	if n := utf8.RuneCountInString(body); n > longest {
		found = append(found, Finding{"PL24", Warn, 1, longest + 1, fmt.Sprintf("本文が%d文字あります。%d文字以内にまとめてください。", n, longest)})
	}
	emoji(s, add)
	slices.SortStableFunc(found, func(a, b Finding) int {
		if a.Column != b.Column {
			return a.Column - b.Column
		}
		return strings.Compare(a.Rule, b.Rule)
	})
	return slices.Compact(found)
}

// Blocks says whether any of them keeps the message from being sent.
func Blocks(found []Finding) bool {
	return slices.ContainsFunc(found, func(f Finding) bool { return f.Severity == Block })
}

const longest = 200

// sentence is a body in the form it is judged in: compatibility forms unified, without invisible characters and without
// spaces inside Japanese, so that 残 り わ ず か hides nothing.
type sentence struct {
	text   string
	at     []int // for each byte of text, the character of the body it comes from
	hidden int   // the first invisible character, or -1
}

func (s *sentence) column(at int) int {
	if at < len(s.at) {
		return s.at[at] + 1
	}
	if len(s.at) == 0 {
		return 1
	}
	return s.at[len(s.at)-1] + 1
}

func read(body string) *sentence {
	s := &sentence{hidden: -1}
	var b strings.Builder
	runes := []rune(body)
	for i, r := range runes {
		if unicode.Is(unicode.Cf, r) && r != '\u200d' || r == utf8.RuneError {
			if s.hidden < 0 {
				s.hidden = i
			}
			continue
		}
		if unicode.IsSpace(r) && i > 0 && i+1 < len(runes) && wide(runes[i-1]) && wide(runes[i+1]) {
			continue
		}
		for _, n := range norm.NFKC.String(string(r)) {
			b.WriteRune(n)
			for range utf8.RuneLen(n) {
				s.at = append(s.at, i)
			}
		}
	}
	s.text = b.String()
	return s
}

func wide(r rune) bool {
	return unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Han) || r == 'ー'
}

func emoji(s *sentence, add func(string, Severity, int, string)) {
	count := 0
	for i, r := range s.text {
		if unicode.Is(unicode.So, r) {
			if count++; count == 4 {
				add("PL18", Warn, i, "絵文字は3つまでにしてください。")
			}
		}
	}
}

// endings judges how each sentence ends (PL01).
func endings(s *sentence, add func(string, Severity, int, string)) {
	start := 0
	for i, r := range s.text {
		if r == '。' || (r == '!' || r == '?') && !strings.HasPrefix(s.text[i+1:], "」") {
			ending(s, start, i, true, add)
			start = i + utf8.RuneLen(r)
		}
	}
	ending(s, start, len(s.text), false, add)
}

func ending(s *sentence, start, end int, closed bool, add func(string, Severity, int, string)) {
	text := strings.TrimRightFunc(s.text[start:end], func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.Is(unicode.So, r) || unicode.Is(unicode.Mn, r)
	})
	if text == "" || polite.MatchString(text) {
		return
	}
	at := start + len(text)
	if m := plain.FindStringIndex(text); m != nil {
		at = start + m[0]
	} else if !closed || !hasKana(text) {
		return // a heading or a label
	} else {
		_, size := utf8.DecodeLastRuneInString(text)
		at -= size
	}
	add("PL01", Block, at, "文末を「です」「ます」「ください」などの丁寧な形にしてください。")
}

func hasKana(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return unicode.Is(unicode.Hiragana, r)
}

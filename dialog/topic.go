package dialog

import (
	"sort"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// topic takes out of a request what only asks, and leaves what it is about: コーヒーに合うお菓子ある becomes コーヒー お菓子.
// The words come as display gives them.
func topic(words string) string {
	out := make([]byte, 0, len(words))
	for chunk := range strings.SplitSeq(words, " ") {
		if _, asks := englishAsking()[chunk]; asks {
			continue
		}
		out = appendTopic(out, chunk)
	}
	return string(out)
}

// appendTopic cuts one chunk at the asking words, and at particles where the script changes.
func appendTopic(out []byte, chunk string) []byte {
	start := 0
	var previous rune
	for i := 0; i < len(chunk); {
		if n := askingAt(chunk[i:]); n > 0 {
			out = appendPiece(out, chunk[start:i])
			i += n
			start, previous = i, 0
			continue
		}
		r, size := utf8.DecodeRuneInString(chunk[i:])
		if strings.ContainsRune("はがをにのでともへや", r) && previous != 0 && !unicode.Is(unicode.Hiragana, previous) {
			out = appendPiece(out, chunk[start:i])
			i += size
			start, previous = i, 0
			continue
		}
		previous = r
		i += size
	}
	return appendPiece(out, chunk[start:])
}

func appendPiece(out []byte, piece string) []byte {
	for _, particle := range []string{"は", "を", "が", "の"} {
		if rest, ok := strings.CutSuffix(piece, particle); ok && utf8.RuneCountInString(rest) > 1 {
			piece = rest
			break
		}
	}
	if onlyParticles(piece) {
		return out
	}
	if len(out) > 0 {
		out = append(out, ' ')
	}
	return append(out, piece...)
}

func onlyParticles(piece string) bool {
	for _, r := range piece {
		if !strings.ContainsRune("はがをにのでともへやかねよなわー", r) {
			return false
		}
	}
	return true
}

// askingAt gives the length of the longest asking word that the text begins with.
func askingAt(text string) int {
	r, _ := utf8.DecodeRuneInString(text)
	for _, w := range asking()[r] {
		if strings.HasPrefix(text, w) {
			return len(w)
		}
	}
	return 0
}

// asking lists the words that ask, longest first, by their first rune.
var asking = sync.OnceValue(func() map[rune][]string {
	index := map[rune][]string{}
	for _, pattern := range strings.Fields(askingWords) {
		for _, w := range expand(pattern) {
			r, _ := utf8.DecodeRuneInString(w)
			index[r] = append(index[r], w)
		}
	}
	for _, list := range index {
		sort.Slice(list, func(i, j int) bool {
			if len(list[i]) != len(list[j]) {
				return len(list[i]) > len(list[j])
			}
			return list[i] < list[j]
		})
	}
	return index
})

const askingWords = `
おすすめ(の|は|を|が|して|してほしい|) オススメ(の|は|を|) ｵｽｽﾒ お勧め(の|は|を|して|) お薦め(の|は|を|) お奨め すすめて 勧めて 薦めて レコメンド
(を|は|も|)教えて(ほしい|欲しい|もらえますか|いただけますか|くれる|くれますか|) おしえて ください 下さい くださいませ
(は|が|も|って|とか|)(ありますか|ありませんか|ありますでしょうか|あります|あるかな|あるの|ある|ないかな|ないかしら|ないですか|ないの|ないか|ない) おいてますか (を|)置いて(ますか|ます|いますか|る|) (を|)扱って(ますか|いますか|る|)
(に|と|)合う(もの|物|やつ|の|) (に|と|)合わせる(もの|なら|) (に|)似合う(もの|の|) (に|)ぴったりな(もの|の|) (に|)ぴったり(の|) と相性の(いい|良い) (に|)(良い|よい|いい)(もの|物|の|やつ|)
(を|)探し(て|)(ています|ている|ています|てます|てる|ます|たい|ほしい|) (を|)探して(います|いる|ます|る|ほしい|くれる|ください|) (を|)さがして(います|いる|ます|る|)
(が|を|も|)欲しい(です|のですが|んですが|んですけど|な|の|) (が|を|も|)ほしい(です|のですが|んですが|んですけど|な|の|) (を|が|)買いたい(です|のですが|んですが|な|) (を|が|)食べたい(です|な|) (を|が|)飲みたい(です|な|) (を|が|)見たい(です|な|) (を|が|)見せて(もらえますか|いただけますか|) みせて (を|が|)使いたい
何か なにか なんか 何が なにが 何を なにを 何 どれが どれ どの どんな(もの|の|) どう(です|)(か|かな|) いかが いいもの 良いもの 良い商品 いい感じの いいの いいやつ
(を|)提案(して|)(ほしい|) ご提案 (を|)紹介(して|)(ほしい|) ご紹介 (を|)(案内|ご案内)して (を|)選んで(ほしい|欲しい|くれる|もらえますか|) (を|)見繕って もの 物 商品 アイテム やつ
ほか(に|の|は|には|にも|) 他(に|の|は|には|にも|を) 別の 違う もっと もう少し ちょっと さらに 次の 次 それ以外 以外 続き 安い(の|もの|やつ|) 安く 高い(の|もの|) 一つ もう一つ
人気(の|が|) 売れ筋(の|) 新商品 新作(の|) 新着(の|) 流行(の|り|) 最近(の|) ランキング 定番(の|) お得(な|) 今 今日(の|は|) スタッフ(の|) 在庫 どうぞ
(でしょう|です|ます)(か|ね|かね|かしら|) お願い(します|いたします|致します|) おねがい(します|) すみません(が|) すいません(が|) こんにちは こんばんは ありがとう(ございます|)
への 向け(の|) 用の (に|)使える (に|)(効く|きく) (に|)合いそうな 知りたい(です|) とか って じゃあ では 私に 私 僕に 合った (が|は)いい(です|かな|) (が|は)良い (この|)前買った この間買った 先月買った 以前買った に買った 前に買った
`

var englishAsking = sync.OnceValue(func() map[string]struct{} {
	set := map[string]struct{}{}
	for _, w := range strings.Fields(`recommend recommends recommendation recommendations suggest suggestion suggestions any anything
some something a an the i im m d id ll ill ive you your me my we us it its is are am be what whats s which that this these those
do does did have has had got get sell show find give tell want wanted need looking look searching search for of to in on at
with and or goes go well pair pairs fit fits match matches good best nice great popular please pls can could would should
will like there other others another else more different cheaper less cheap expensive next today now buy purchase idea ideas
product products item items thing things one ones hi hello hey thanks so just really see out up about new top pick picks
offer offers deal deals shop store`) {
		set[w] = struct{}{}
	}
	return set
})

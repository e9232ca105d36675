package phrase

// Button labels, to the letter of contract.md.
const (
	LabelAgree      Key = "label.agree"
	LabelRefuse     Key = "label.refuse"
	LabelDetails    Key = "label.details"
	LabelInterested Key = "label.interested"
	LabelDecline    Key = "label.decline"
	LabelWhy        Key = "label.why"
	LabelMore       Key = "label.more"
	LabelStopOffers Key = "label.stop_offers"
	LabelPrice      Key = "label.reason_price"
	LabelHave       Key = "label.reason_have"
	LabelLater      Key = "label.reason_later"
	LabelTaste      Key = "label.reason_taste"
	LabelOften      Key = "label.reason_often"
	LabelChange     Key = "label.change"
	LabelTry        Key = "label.try"
	LabelStay       Key = "label.stay"
	LabelForget     Key = "label.forget"
	LabelGift       Key = "label.gift"
	LabelStillHave  Key = "label.still_have"
	LabelRunningOut Key = "label.running_out"
	LabelNoLonger   Key = "label.no_longer_used"
	LabelFewer      Key = "label.fewer"
	LabelPause      Key = "label.pause"
	LabelStopAll    Key = "label.stop_all"
	LabelResume     Key = "label.resume"
	LabelErase      Key = "label.erase"
	LabelKeep       Key = "label.keep"
	LabelHuman      Key = "label.human"
	LabelRecommend  Key = "label.recommend"
	LabelPlan       Key = "label.plan"
	LabelStatus     Key = "label.status"
	LabelHistory    Key = "label.history"
	LabelHelp       Key = "label.help"
	LabelOptIn      Key = "label.opt_in"
)

var labelEntries = []Entry{
	{Key: LabelAgree, JA: "同意する", EN: "Agree"},
	{Key: LabelRefuse, JA: "同意しない", EN: "Do not agree"},
	{Key: LabelDetails, JA: "くわしく", EN: "Details"},
	{Key: LabelInterested, JA: "興味があります", EN: "I'm interested"},
	{Key: LabelDecline, JA: "今回は見送る", EN: "Not this time"},
	{Key: LabelWhy, JA: "なぜ？", EN: "Why?"},
	{Key: LabelMore, JA: "ほかを見る", EN: "See others"},
	{Key: LabelStopOffers, JA: "おすすめを止める", EN: "Stop suggestions"},
	{Key: LabelPrice, JA: "高い", EN: "Too expensive"},
	{Key: LabelHave, JA: "持っている", EN: "I have it"},
	{Key: LabelLater, JA: "今はいらない", EN: "Not now"},
	{Key: LabelTaste, JA: "好みではない", EN: "Not my taste"},
	{Key: LabelOften, JA: "通知が多い", EN: "Too many messages"},
	{Key: LabelChange, JA: "変更する", EN: "Change"},
	{Key: LabelTry, JA: "試してみる", EN: "Try it"},
	{Key: LabelStay, JA: "今のまま", EN: "Stay as I am"},
	{Key: LabelForget, JA: "この情報を使わない", EN: "Don't use this"},
	{Key: LabelGift, JA: "贈り物でした", EN: "It was a gift"},
	{Key: LabelStillHave, JA: "まだある", EN: "I still have some"},
	{Key: LabelRunningOut, JA: "もうすぐ無くなる", EN: "Running out"},
	{Key: LabelNoLonger, JA: "もう使わない", EN: "No longer used"},
	{Key: LabelFewer, JA: "減らす", EN: "Fewer"},
	{Key: LabelPause, JA: "休む", EN: "Pause"},
	{Key: LabelStopAll, JA: "すべて停止", EN: "Stop everything"},
	{Key: LabelResume, JA: "再開する", EN: "Resume"},
	{Key: LabelErase, JA: "削除する", EN: "Delete"},
	{Key: LabelKeep, JA: "やめる", EN: "Cancel"},
	{Key: LabelHuman, JA: "担当者と話す", EN: "Talk to staff"},
	{Key: LabelRecommend, JA: "おすすめ", EN: "Suggestions"},
	{Key: LabelPlan, JA: "プラン", EN: "Plan"},
	{Key: LabelStatus, JA: "同意状況", EN: "My consents"},
	{Key: LabelHistory, JA: "履歴", EN: "History"},
	{Key: LabelHelp, JA: "ヘルプ", EN: "Help"},
	{Key: LabelOptIn, JA: "同意について", EN: "About consent"},
}

package phrase

import "osusume/internal/ids"

// The consent notice, part by part. A notice for one purpose reads: NoticeWho, NoticeWhat(p), NoticeUse(p), NoticeKeep(p),
// NoticeWhere, NoticeStop, NoticeFree, NoticeAge, NoticePolicy, NoticeContact. The long form reads NoticeDetails, then for each
// purpose its PurposeName, NoticeWhat, NoticeUse and NoticeKeep, then the common parts once. A change of meaning here is a new
// NoticeVersion.
const (
	NoticeTitle   Key = "notice.title"   // heading
	NoticeWho     Key = "notice.who"     // {shop}
	NoticeWhere   Key = "notice.where"   // {shop}
	NoticeStop    Key = "notice.stop"    // how to stop
	NoticeFree    Key = "notice.free"    // what happens without consent
	NoticeAge     Key = "notice.age"     // 16 and over
	NoticePolicy  Key = "notice.policy"  // {url}
	NoticeContact Key = "notice.contact" // {contact}
	NoticeDetails Key = "notice.details" // first line of the long form
	NoticeButtons Key = "notice.buttons" // line before the two buttons: a press lasts 24 hours
)

// PurposeName is the key of a purpose's name as customers read it.
func PurposeName(p ids.Purpose) Key { return Key("purpose." + string(p)) }

// NoticeWhat is the key of the sentence saying which data the purpose uses.
func NoticeWhat(p ids.Purpose) Key { return Key("notice.what." + string(p)) }

// NoticeUse is the key of the sentence saying what the purpose uses its data for.
func NoticeUse(p ids.Purpose) Key { return Key("notice.use." + string(p)) }

// NoticeKeep is the key of the sentence saying how long the purpose and its data last.
func NoticeKeep(p ids.Purpose) Key { return Key("notice.keep." + string(p)) }

// StandingName is the key of the name of a consent state (consent.State; empty means never asked).
func StandingName(state string) Key {
	if state == "" {
		state = "unknown"
	}
	return Key("standing." + state)
}

var noticeEntries = []Entry{
	{Key: NoticeTitle, JA: "データのご利用についてのお願い", EN: "A question about your data"},
	{
		Key: NoticeWho, Params: []string{"shop"},
		JA: "{shop}から、お客様のデータの使い方についてのお願いです。",
		EN: "{shop} would like to ask how your data may be used.",
	},
	{
		Key: NoticeWhere, Params: []string{"shop"},
		JA: "データは{shop}が管理するサーバーに保管し、ほかの会社には渡しません。",
		EN: "The data is kept on servers run by {shop} and is not given to other companies.",
	},
	{
		Key: NoticeStop,
		JA:  "いつでも「停止」と送るだけで止められます。理由は伺いません。",
		EN:  "Send \"STOP\" at any time and it ends at once. No reason is asked.",
	},
	{
		Key: NoticeFree,
		JA:  "同意は任意です。同意されなくても、一般のおすすめやお問い合わせはそのままご利用いただけます。",
		EN:  "Agreeing is optional. Without it, general suggestions and questions to the shop work just the same.",
	},
	{
		Key: NoticeAge,
		JA:  "16歳以上の方が対象です。16歳未満の方は「同意しない」をお選びください。",
		EN:  "This is for people aged 16 and over. If you are under 16, please choose \"Do not agree\".",
	},
	{
		Key: NoticePolicy, Params: []string{"url"},
		JA: "プライバシーポリシーはこちらです。\n{url}",
		EN: "The privacy policy is here:\n{url}",
	},
	{
		Key: NoticeContact, Params: []string{"contact"},
		JA: "お問い合わせ先は{contact}です。",
		EN: "Contact: {contact}",
	},
	{
		Key: NoticeDetails,
		JA:  "目的ごとにお選びいただけます。ひとつを断られても、ほかには影響しません。",
		EN:  "You can choose for each purpose. Saying no to one does not affect the others.",
	},
	{
		Key: NoticeButtons,
		JA:  "下のボタンからお選びください。ボタンは24時間有効です。",
		EN:  "Please choose with the buttons below. They work for 24 hours.",
	},

	{Key: PurposeName(ids.PurchaseHistory), JA: "購入履歴によるおすすめ", EN: "Suggestions from your purchases"},
	{Key: PurposeName(ids.ProactiveMessages), JA: "お店からのご案内", EN: "Messages from the shop"},
	{Key: PurposeName(ids.BrowsingHistory), JA: "閲覧履歴によるおすすめ", EN: "Suggestions from what you looked at"},
	{Key: PurposeName(ids.GroupStatistics), JA: "「一緒に購入されています」の集計", EN: "Counting in \"bought together\""},
	{Key: PurposeName(ids.ChatImprovement), JA: "会話の改善", EN: "Improving this chat"},

	{
		Key: NoticeWhat(ids.PurchaseHistory),
		JA:  "使うデータは、当店での購入履歴（商品、日付、数量、価格、返品）とご利用中のプランです。",
		EN:  "Data used: your purchases at this shop (item, date, quantity, price, returns) and your plan.",
	},
	{
		Key: NoticeUse(ids.PurchaseHistory),
		JA:  "お客様に合う商品やプランをご案内するために使います。",
		EN:  "It is used to suggest products and plans that fit you.",
	},
	{
		Key: NoticeKeep(ids.PurchaseHistory),
		JA:  "同意は24か月で終わります。使うのは、いちばん新しいお買い物からさかのぼって24か月分です。",
		EN:  "Your consent ends after 24 months. Purchases of the 24 months up to your latest one are used.",
	},
	{
		Key: NoticeWhat(ids.ProactiveMessages),
		JA:  "使うデータは、このLINEの送り先です。",
		EN:  "Data used: where to reach you on LINE.",
	},
	{
		Key: NoticeUse(ids.ProactiveMessages),
		JA:  "当店からご案内をお送りするために使います。9時から21時の間に、7日に1通まで、30日に3通までです。",
		EN:  "It is used to send you messages from the shop: between 9:00 and 21:00, at most one in 7 days and three in 30 days.",
	},
	{
		Key: NoticeKeep(ids.ProactiveMessages),
		JA:  "同意は24か月で終わります。",
		EN:  "Your consent ends after 24 months.",
	},
	{
		Key: NoticeWhat(ids.BrowsingHistory),
		JA:  "使うデータは、当店のサイトやアプリでご覧になった商品の記録です。",
		EN:  "Data used: the products you looked at on the shop's site and app.",
	},
	{
		Key: NoticeUse(ids.BrowsingHistory),
		JA:  "お客様に合う商品をご案内するために使います。",
		EN:  "It is used to suggest products that fit you.",
	},
	{
		Key: NoticeKeep(ids.BrowsingHistory),
		JA:  "同意は24か月で終わります。",
		EN:  "Your consent ends after 24 months.",
	},
	{
		Key: NoticeWhat(ids.GroupStatistics),
		JA:  "使うデータは、一緒に購入された商品の組み合わせです。お名前などは使いません。",
		EN:  "Data used: which products were bought together. No names or the like.",
	},
	{
		Key: NoticeUse(ids.GroupStatistics),
		JA:  "「一緒に購入されています」の人数に数えるために使います。ある程度の人数がそろった組み合わせだけを表示します。",
		EN:  "It is counted in \"bought together\". Only combinations bought by enough people are shown.",
	},
	{
		Key: NoticeKeep(ids.GroupStatistics),
		JA:  "同意は24か月で終わります。取り消されたときは、お客様の分を集計から除きます。",
		EN:  "Your consent ends after 24 months. If you take it back, your part is removed from the counts.",
	},
	{
		Key: NoticeWhat(ids.ChatImprovement),
		JA:  "使うデータは、このトークにお書きになった言葉です。",
		EN:  "Data used: the words you write in this chat.",
	},
	{
		Key: NoticeUse(ids.ChatImprovement),
		JA:  "お言葉の意味をより正しく読み取るために使います。",
		EN:  "It is used to understand customers' words better.",
	},
	{
		Key: NoticeKeep(ids.ChatImprovement),
		JA:  "お言葉は暗号化して30日間保管し、その後に消します。同意は24か月で終わります。",
		EN:  "Your words are kept encrypted for 30 days and then deleted. Your consent ends after 24 months.",
	},

	{Key: StandingName(""), JA: "未設定", EN: "Not set"},
	{Key: StandingName("requested"), JA: "未設定", EN: "Not set"},
	{Key: StandingName("given"), JA: "同意済み", EN: "Agreed"},
	{Key: StandingName("refused"), JA: "同意しない", EN: "Not agreed"},
	{Key: StandingName("withdrawn"), JA: "停止中", EN: "Stopped"},
	{Key: StandingName("expired"), JA: "期限切れ", EN: "Expired"},
	{Key: StandingName("stale"), JA: "再確認が必要", EN: "To be confirmed anew"},
	{Key: StandingName("invalidated"), JA: "未設定", EN: "Not set"},
}

package phrase

// What cards, lists and the notice say; bot/render fills them.
const (
	RenderAlt       Key = "render.alt"
	RenderPrice     Key = "render.price"
	RenderMonthly   Key = "render.price_month"
	RenderUnnamed   Key = "render.unnamed"
	RenderOurShop   Key = "render.our_shop"
	RenderDate      Key = "render.date"
	RenderDateYear  Key = "render.date_year"
	RenderFallback  Key = "render.fallback"
	RenderReceipt   Key = "render.receipt"
	RenderInvite    Key = "render.invite"
	RenderFromShop  Key = "render.from_shop"
	RenderOpenPage  Key = "render.open_page"
	RenderNextPage  Key = "render.next_page"
	RenderNextShop  Key = "render.next_shop"
	RenderNextPlan  Key = "render.next_plan"
	RenderMoreLines Key = "render.more_lines"
	RenderPolicy    Key = "render.policy_button"

	ReasonTogether      Key = "render.reason.together"
	ReasonTogetherPlain Key = "render.reason.together_plain"
	ReasonAccessory     Key = "render.reason.accessory"
	ReasonUpgradeMore   Key = "render.reason.upgrade_more"
	ReasonUpgradeLess   Key = "render.reason.upgrade_less"
	ReasonUpgradeSame   Key = "render.reason.upgrade_same"
	ReasonRefill        Key = "render.reason.refill"
	ReasonPopular       Key = "render.reason.popular"
	ReasonShopPick      Key = "render.reason.shop_pick"
	ReasonPlanUp        Key = "render.reason.plan_up"
	ReasonPlanDown      Key = "render.reason.plan_down"
	ReasonPlanStay      Key = "render.reason.plan_stay"

	PlanTitle    Key = "render.plan.title"
	PlanCurrent  Key = "render.plan.current"
	PlanProposed Key = "render.plan.proposed"
	PlanMore     Key = "render.plan.more"
	PlanLess     Key = "render.plan.less"
	PlanSame     Key = "render.plan.same"
	PlanStays    Key = "render.plan.stay"
	PlanUse      Key = "render.plan.use"
	PlanUseFree  Key = "render.plan.use_free"

	WhyTitle     Key = "render.why.title"
	WhyNothing   Key = "render.why.nothing"
	WhyPurchase  Key = "render.why.purchase"
	WhyUndated   Key = "render.why.undated"
	WhyPlanUse   Key = "render.why.plan_use"
	WhyWithheld  Key = "render.why.withheld"
	WhyForgotten Key = "render.why.forgotten"
	WhyFooter    Key = "render.why.footer"
	HistoryTitle Key = "render.history.title"
	HistoryPlan  Key = "render.history.plan"
	HistoryNone  Key = "render.history.none"

	StatusTitle Key = "render.status.title"
	StatusSince Key = "render.status.since"

	ConfirmTitle Key = "render.confirm.title"
	ConfirmText  Key = "render.confirm.text"
)

var renderEntries = []Entry{
	{Key: RenderAlt, Params: []string{"shop"}, JA: "{shop}からのご案内です", EN: "A message from {shop}"},
	{Key: RenderPrice, Params: []string{"amount"}, JA: "{amount}円", EN: "¥{amount}"},
	{Key: RenderMonthly, Params: []string{"amount"}, JA: "月額{amount}円", EN: "¥{amount} a month"},
	{Key: RenderUnnamed, JA: "商品", EN: "Product"},
	{Key: RenderOurShop, JA: "当店", EN: "our shop"},
	{Key: RenderDate, Params: []string{"month", "day"}, JA: "{month}月{day}日", EN: "{day} {month}"},
	{Key: RenderDateYear, Params: []string{"year", "month", "day"}, JA: "{year}年{month}月{day}日", EN: "{day} {month} {year}"},
	{Key: RenderFallback,
		JA: "申し訳ございません。ただいまうまくお答えできませんでした。お手数ですが、もう一度お試しください。",
		EN: "We are sorry, we could not answer properly just now. Please try once more."},
	{Key: RenderReceipt, Params: []string{"number", "contact"},
		JA: "お預かりしていた情報を削除いたしました。受付番号は {number} です。削除したことの記録だけは、お名前などが分からない形で残します。ご不明な点は {contact} までお問い合わせください。",
		EN: "The information we kept about you has been deleted. Your receipt number is {number}. Only a record that it was deleted remains, in a form that does not identify you. Questions: {contact}"},
	{Key: RenderInvite,
		JA: "お客様のご購入履歴を使わない、一般のご案内です。ご同意いただくと、お持ちの商品に合わせたご案内ができます。ご希望の場合は「同意」とお送りください。",
		EN: "These are general suggestions; your purchases were not used. If you consent, we can suggest what goes with what you have. To read about it, send \"consent\"."},
	{Key: RenderFromShop, Params: []string{"shop"}, JA: "{shop}からのご案内", EN: "From {shop}"},
	{Key: RenderOpenPage, JA: "商品ページを見る", EN: "See the page"},
	{Key: RenderNextPage,
		JA: "ありがとうございます。くわしい内容とお手続きは、下のページでご確認いただけます。",
		EN: "Thank you. You can see the details and how to proceed on the page below."},
	{Key: RenderNextShop, Params: []string{"shop", "contact"},
		JA: "ありがとうございます。{shop}の店頭、または {contact} まで、この商品名をお申し付けください。",
		EN: "Thank you. Please mention this product at {shop}, or ask at {contact}."},
	{Key: RenderNextPlan, Params: []string{"shop", "contact"},
		JA: "ありがとうございます。お手続きは、{shop}の店頭、または {contact} で承ります。",
		EN: "Thank you. {shop} will gladly arrange it for you at the shop, or at {contact}."},
	{Key: RenderPolicy, JA: "プライバシーポリシー", EN: "Privacy policy"},
	{Key: RenderMoreLines, Params: []string{"count"}, JA: "ほか{count}件", EN: "and {count} more"},

	{Key: ReasonTogether, Params: []string{"item", "of", "n"},
		JA: "{item}をお求めの{of}人のうち{n}人が、こちらもお求めです",
		EN: "Of the {of} customers who bought {item}, {n} also bought this"},
	{Key: ReasonTogetherPlain, Params: []string{"item"},
		JA: "{item}とあわせてお求めになった方がいらっしゃる商品です",
		EN: "Some customers who bought {item} also bought this"},
	{Key: ReasonAccessory, Params: []string{"date", "item"},
		JA: "{date}にお求めの{item}とあわせてお使いいただけます",
		EN: "It can be used together with {item}, which you bought on {date}"},
	{Key: ReasonUpgradeMore, Params: []string{"date", "item", "yen"},
		JA: "{date}にお求めの{item}の上位の商品です（価格の差：＋{yen}円）",
		EN: "The next model above {item}, which you bought on {date} (price difference: +¥{yen})"},
	{Key: ReasonUpgradeLess, Params: []string{"date", "item", "yen"},
		JA: "{date}にお求めの{item}の上位の商品です（価格の差：－{yen}円）",
		EN: "The next model above {item}, which you bought on {date} (price difference: -¥{yen})"},
	{Key: ReasonUpgradeSame, Params: []string{"date", "item"},
		JA: "{date}にお求めの{item}の上位の商品です（価格の差はございません）",
		EN: "The next model above {item}, which you bought on {date} (no price difference)"},
	{Key: ReasonRefill, Params: []string{"date", "item", "days"},
		JA: "{date}にお求めの{item}は、{days}日ほどの間隔ですので、そろそろ次のお求めの時期かと存じます",
		EN: "Going by an interval of {days} days, {item}, which you bought on {date}, is due for a refill"},
	{Key: ReasonPopular, Params: []string{"from", "to", "n"},
		JA: "{from}から{to}までに{n}人のお客様がお求めです",
		EN: "{n} customers bought this between {from} and {to}"},
	{Key: ReasonShopPick, JA: "当店の取り扱い商品をご紹介いたします", EN: "From the range of our shop"},
	{Key: ReasonPlanUp,
		JA: "今のプランに含まれる量を超えてご利用になっているため、比べてみました",
		EN: "You have been using more than your plan includes, so we compared"},
	{Key: ReasonPlanDown,
		JA: "下のプランに含まれる量でおさまるご利用でしたので、比べてみました",
		EN: "Your use would fit into a smaller plan, so we compared"},
	{Key: ReasonPlanStay,
		JA: "お客様のご利用状況と各プランを比べました",
		EN: "We compared your use with each plan"},

	{Key: PlanTitle, JA: "プランのご案内", EN: "Your plan"},
	{Key: PlanCurrent, Params: []string{"name", "price"}, JA: "今のプラン：{name}（{price}）", EN: "Now: {name} ({price})"},
	{Key: PlanProposed, Params: []string{"name", "price"}, JA: "ご案内のプラン：{name}（{price}）", EN: "Suggested: {name} ({price})"},
	{Key: PlanMore, Params: []string{"yen"}, JA: "月額で{yen}円高くなります", EN: "¥{yen} more a month"},
	{Key: PlanLess, Params: []string{"yen"}, JA: "月額で{yen}円お安くなります", EN: "¥{yen} less a month"},
	{Key: PlanSame, JA: "月額は変わりません", EN: "The monthly price stays the same"},
	{Key: PlanStays, JA: "今のプランのままがお得です", EN: "Your current plan is the best value for you"},
	{Key: PlanUse, Params: []string{"name", "used", "limit"},
		JA: "{name}：{used}（プランに含まれる量 {limit}）", EN: "{name}: {used} (plan includes {limit})"},
	{Key: PlanUseFree, Params: []string{"name", "used"}, JA: "{name}：{used}（上限なし）", EN: "{name}: {used} (no limit)"},

	{Key: WhyTitle, JA: "ご案内の理由", EN: "Why we suggested this"},
	{Key: WhyNothing,
		JA: "お客様のご購入履歴は使っておりません。",
		EN: "Your purchases were not used."},
	{Key: WhyPurchase, Params: []string{"date", "item"}, JA: "使った情報：{date}にお求めの{item}", EN: "Used: {item}, bought on {date}"},
	{Key: WhyUndated, Params: []string{"item"}, JA: "使った情報：お求めの{item}", EN: "Used: {item}, which you bought"},
	{Key: WhyPlanUse, JA: "使った情報：プランのご利用状況", EN: "Used: how much of your plan you use"},
	{Key: WhyWithheld,
		JA: "購入履歴の利用にご同意をいただいていないため、理由にした情報は今は読み出しておりません。",
		EN: "You have not agreed to the use of your purchases, so we no longer read what the reason was made of."},
	{Key: WhyForgotten,
		JA: "使わないとお伝えいただいた情報は、もう使っておりません。",
		EN: "What you asked us not to use is no longer used."},
	{Key: WhyFooter,
		JA: "使ってほしくない情報は、ボタンひとつで外せます。すべて止めるには「停止」とお送りください。",
		EN: "One tap removes anything you do not want used. To stop everything, send \"stop\"."},
	{Key: HistoryTitle, JA: "ご案内に使っているお買い物", EN: "Purchases we use for suggestions"},
	{Key: HistoryPlan, Params: []string{"name"}, JA: "ご契約中のプラン：{name}", EN: "Your plan: {name}"},
	{Key: HistoryNone, JA: "ご案内に使っているお買い物はございません。", EN: "We are not using any purchases."},

	{Key: StatusTitle, JA: "同意状況", EN: "Your consents"},
	{Key: StatusSince, Params: []string{"state", "date"}, JA: "{state}（{date}）", EN: "{state} ({date})"},

	{Key: ConfirmTitle, JA: "データの削除", EN: "Deleting your data"},
	{Key: ConfirmText,
		JA: "お買い物の記録、お送りいただいた言葉、会員との連携など、ここでお預かりしている情報をすべて削除いたします。元には戻せません。よろしいですか。",
		EN: "Everything kept here about you will be deleted: purchases, your messages, the link to your membership. It cannot be undone. Shall we go ahead?"},
}

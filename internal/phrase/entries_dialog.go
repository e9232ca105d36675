package phrase

// What the dialogue says, by what it answers. dialog names these keys; each is a whole bubble.
const (
	SayWelcome        Key = "say.welcome"
	SayWelcomeBack    Key = "say.welcome_back"
	SayWelcomeKnown   Key = "say.welcome_known"
	SayGrantDone      Key = "say.grant.done"
	SayGrantDated     Key = "say.grant.done_dated"
	SayGrantAgain     Key = "say.grant.again"
	SayGrantAlready   Key = "say.grant.already"
	SayRefused        Key = "say.refused"
	SayStopped        Key = "say.stopped"
	SayStoppedOne     Key = "say.stopped_one"
	SayFewer          Key = "say.fewer"
	SayPause          Key = "say.pause"
	SayOptInAlready   Key = "say.opt_in.already"
	SayStatus         Key = "say.status"
	SayNothingFits    Key = "say.recommend.nothing_fits"
	SayNothingToShow  Key = "say.recommend.nothing_to_show"
	SayNoMore         Key = "say.more.none"
	SayPlanConsent    Key = "say.plan.needs_consent"
	SayPlanUnknown    Key = "say.plan.unknown"
	SayPlanStays      Key = "say.plan.stays"
	SayWhyNothing     Key = "say.why.nothing"
	SayGone           Key = "say.offer.gone"
	SayAcceptOthers   Key = "say.accept.others"
	SayAcceptNothing  Key = "say.accept.nothing"
	SayDeclined       Key = "say.declined"
	SayDeclinedNone   Key = "say.declined.nothing"
	SayDeclinedNoted  Key = "say.declined.noted"
	SayReasonPrice    Key = "say.declined.price"
	SayReasonHave     Key = "say.declined.have"
	SayReasonLater    Key = "say.declined.later"
	SayReasonTaste    Key = "say.declined.taste"
	SayReasonOften    Key = "say.declined.often"
	SayForgotten      Key = "say.forgotten"
	SayGift           Key = "say.gift"
	SayHistoryConsent Key = "say.history.needs_consent"
	SayHistoryEmpty   Key = "say.history.empty"
	SayExport         Key = "say.export.contact"
	SayEraseButton    Key = "say.erase.use_button"
	SayEraseAgain     Key = "say.erase.again"
	SayEraseKept      Key = "say.erase.kept"
	SayHuman          Key = "say.human"
	SayComplaint      Key = "say.complaint"
	SayCancel         Key = "say.cancel"
	SayLink           Key = "say.link.contact"
	SayUnlink         Key = "say.unlink.contact"
	SayHelp           Key = "say.help"
	SayThanks         Key = "say.thanks"
	SayGreeting       Key = "say.greeting"
	SayGreetingNew    Key = "say.greeting.new"
	SayNoted          Key = "say.noted"
	SayNotedOffered   Key = "say.noted.offered"
	SayOther          Key = "say.other"
	SayOtherNew       Key = "say.other.new"
	SayOtherAsked     Key = "say.other.asked"
	SayOtherOffered   Key = "say.other.offered"
	SaySent           Key = "say.sent"
	SayGroup          Key = "say.group"
	SayStale          Key = "say.stale"
)

var dialogEntries = []Entry{
	{
		Key: SayWelcome,
		JA:  "友だち追加ありがとうございます。こちらは自動でお答えするトークです。「おすすめ」とお送りいただくと商品をご案内します。「担当者」とお送りいただくと、担当者がお答えします。",
		EN:  "Thank you for adding us. This chat answers automatically. Send \"suggestions\" to see products, or \"staff\" to reach a person.",
	},
	{
		Key: SayWelcomeBack,
		JA:  "お帰りなさいませ。こちらは自動でお答えするトークです。以前の同意は引き継いでおりません。「担当者」とお送りいただくと、担当者がお答えします。",
		EN:  "Welcome back. This chat answers automatically. Nothing you agreed to before has been restored. Send \"staff\" to reach a person.",
	},
	{
		Key: SayWelcomeKnown,
		JA:  "友だち追加ありがとうございます。こちらは自動でお答えするトークです。同意の内容は「同意状況」でご確認いただけます。「担当者」とお送りいただくと、担当者がお答えします。",
		EN:  "Thank you for adding us. This chat answers automatically. Send \"my consents\" to see what you agreed to, or \"staff\" to reach a person.",
	},
	{
		Key: SayGrantDone, Params: []string{"purposes"},
		JA: "ありがとうございます。「{purposes}」への同意を承りました。「停止」とお送りいただくと、いつでもすぐに止まります。",
		EN: "Thank you. Your consent to \"{purposes}\" is recorded. Send \"STOP\" at any time and it ends at once.",
	},
	{
		Key: SayGrantDated, Params: []string{"purposes", "date"},
		JA: "ありがとうございます。{date}に「{purposes}」への同意を承りました。「停止」とお送りいただくと、いつでもすぐに止まります。",
		EN: "Thank you. Your consent to \"{purposes}\" was recorded on {date}. Send \"STOP\" at any time and it ends at once.",
	},
	{
		Key: SayGrantAgain,
		JA:  "恐れ入りますが、このボタンは有効期間を過ぎたか、すでに使われています。同意はまだ承っておりません。あらためてご案内します。",
		EN:  "We are sorry, this button has expired or was used before, so no consent was recorded. Here it is once more.",
	},
	{
		Key: SayGrantAlready,
		JA:  "ありがとうございます。同意はすでに承っております。内容は「同意状況」でご確認いただけます。",
		EN:  "Thank you. Your consent is already recorded. Send \"my consents\" to see it.",
	},
	{
		Key: SayRefused,
		JA:  "承知しました。データは使いません。お知らせくださりありがとうございます。一般のおすすめは、そのままご利用いただけます。",
		EN:  "Understood. Your data will not be used. Thank you for telling us. General suggestions work just the same.",
	},
	{
		Key: SayStopped,
		JA:  "すべて停止しました。データの利用も、こちらからのご案内も行いません。このままで結構でしたら、何もなさらなくて大丈夫です。",
		EN:  "Everything has been stopped (停止しました). Your data is not used and we do not write to you first. Nothing more is needed from you.",
	},
	{
		Key: SayStoppedOne, Params: []string{"purpose"},
		JA: "「{purpose}」を停止しました。ほかの設定は変わっておりません。",
		EN: "\"{purpose}\" has been stopped (停止しました). Your other settings have not changed.",
	},
	{
		Key: SayFewer,
		JA:  "承知しました。今は、こちらからお送りするご案内はありません。ご案内をお送りするには、あらためて同意をいただきます。",
		EN:  "Understood. At present we do not write to you first. We would ask for your consent anew before doing so.",
	},
	{
		Key: SayPause,
		JA:  "承知しました。こちらからのご案内はお送りしません。ご用の際は、いつでもお声がけください。",
		EN:  "Understood. We do not write to you first. We are here whenever you need us.",
	},
	{
		Key: SayOptInAlready,
		JA:  "同意はすでに承っております。内容をあらためてご覧いただけます。",
		EN:  "Your consent is already recorded. Here is what it says once more.",
	},
	{
		Key: SayStatus,
		JA:  "現在の設定です。目的ごとに変更していただけます。「停止」とお送りいただくと、すべて止まります。",
		EN:  "These are your current settings. Each can be changed. Send \"STOP\" to stop everything.",
	},

	{
		Key: SayNothingFits,
		JA:  "お調べしましたが、今のお客様に合う商品が見つかりませんでした。無理なおすすめは控えます。お探しの品があればお聞かせください。",
		EN:  "We looked, but found nothing that fits you better right now, so we will not push anything. Tell us what you are looking for and we will look again.",
	},
	{
		Key: SayNothingToShow,
		JA:  "申し訳ありません。今ご案内できる商品が見つかりませんでした。別の言葉でお探しするか、担当者におつなぎします。",
		EN:  "We are sorry, we have nothing to show for that at the moment. Please try other words, or talk to our staff.",
	},
	{
		Key: SayNoMore,
		JA:  "ご案内できる商品は、ほかにはございませんでした。お探しの品があればお聞かせください。",
		EN:  "There is nothing else to show. Tell us what you are looking for and we will look again.",
	},
	{
		Key: SayPlanConsent,
		JA:  "プランのご案内には、お買い物の記録とご利用状況を使います。そのためには同意が必要です。同意は任意です。",
		EN:  "Comparing plans uses your purchases and your use of the plan, which needs your consent. Agreeing is optional.",
	},
	{
		Key: SayPlanUnknown, Params: []string{"contact"},
		JA: "ご利用中のプランが確認できませんでした。恐れ入りますが、{contact}までお問い合わせください。",
		EN: "We could not find your plan. Please ask here: {contact}",
	},
	{
		Key: SayPlanStays,
		JA:  "承知しました。プランは今のままです。",
		EN:  "Understood. Your plan stays as it is.",
	},
	{
		Key: SayWhyNothing,
		JA:  "まだご案内した商品がありません。ご案内の際は、「なぜ？」で理由と使った情報をご覧いただけます。",
		EN:  "We have not suggested anything yet. When we do, \"Why?\" shows the reason and the data used.",
	},
	{
		Key: SayGone,
		JA:  "恐れ入りますが、この商品のご案内は終わっております。新しいご案内をご覧になりますか。",
		EN:  "We are sorry, this suggestion is no longer open. Would you like to see new ones?",
	},
	{
		Key: SayAcceptOthers,
		JA:  "ほかの商品の場合は、カードの「興味があります」からお選びいただけます。",
		EN:  "If you meant another one, please choose \"I'm interested\" on its card.",
	},
	{
		Key: SayAcceptNothing,
		JA:  "ありがとうございます。どの商品か分かりませんでした。「おすすめ」とお送りいただくと、商品をご案内します。",
		EN:  "Thank you. We could not tell which product you mean. Send \"suggestions\" to see products.",
	},
	{
		Key: SayDeclined,
		JA:  "承知しました。こちらの商品は90日間ご案内しません。よろしければ理由をお聞かせください。\n高い：同じ種類のより高い商品も90日間控えます。\n持っている：今後ご案内しません。\n今はいらない：30日間ご案内しません。\n好みではない：同じ種類を90日間控えます。\n通知が多い：回数について承ります。",
		EN:  "Understood. We will not suggest this for 90 days. If you like, tell us why.\nToo expensive: nor dearer items of its kind for 90 days.\nI have it: not again.\nNot now: not for 30 days.\nNot my taste: nor its kind for 90 days.\nToo many messages: noted.",
	},
	{
		Key: SayDeclinedNone,
		JA:  "承知しました。ご用がありましたら、いつでもお声がけください。",
		EN:  "Understood. We are here whenever you need us.",
	},
	{
		Key: SayDeclinedNoted,
		JA:  "承知しました。こちらの商品は90日間ご案内しません。お知らせくださりありがとうございます。",
		EN:  "Understood. We will not suggest this for 90 days. Thank you for telling us.",
	},
	{
		Key: SayReasonPrice,
		JA:  "ありがとうございます。こちらの商品と、同じ種類のより高い商品は90日間ご案内しません。",
		EN:  "Thank you. We will not suggest this, or dearer items of its kind, for 90 days.",
	},
	{
		Key: SayReasonHave,
		JA:  "ありがとうございます。お持ちの商品として、今後ご案内しません。",
		EN:  "Thank you. We will count it as yours and not suggest it again.",
	},
	{
		Key: SayReasonLater,
		JA:  "ありがとうございます。こちらの商品は30日間ご案内しません。",
		EN:  "Thank you. We will not suggest this for 30 days.",
	},
	{
		Key: SayReasonTaste,
		JA:  "ありがとうございます。同じ種類の商品は90日間ご案内しません。",
		EN:  "Thank you. We will not suggest this kind of item for 90 days.",
	},
	{
		Key: SayReasonOften,
		JA:  "ありがとうございます。こちらからのご案内は、今はお送りしておりません。こちらの商品は90日間ご案内しません。すべて止める場合は「停止」とお送りください。",
		EN:  "Thank you. At present we do not write to you first. We will not suggest this for 90 days. Send \"STOP\" to stop everything.",
	},
	{
		Key: SayForgotten,
		JA:  "承知しました。この情報は、今後のご案内には使いません。",
		EN:  "Understood. This will not be used for suggestions any more.",
	},
	{
		Key: SayGift,
		JA:  "承知しました。贈り物として、今後のご案内には使いません。",
		EN:  "Understood. It was a gift, so it will not be used for suggestions any more.",
	},
	{
		Key: SayHistoryConsent,
		JA:  "お買い物の記録をここに表示するには、同意が必要です。同意は任意です。",
		EN:  "Showing your purchases here needs your consent. Agreeing is optional.",
	},
	{
		Key: SayHistoryEmpty,
		JA:  "ご案内に使っているお買い物の記録はありません。",
		EN:  "There are no purchases in use for suggestions.",
	},

	{
		Key: SayExport, Params: []string{"contact"},
		JA: "データ開示のご請求を承ります。恐れ入りますが、{contact}までご連絡ください。担当の者がお手続きします。",
		EN: "To receive a copy of your data, please write to {contact}. Our staff will take care of it.",
	},
	{
		Key: SayEraseButton,
		JA:  "削除はボタンでのみ承ります。下のボタンからお選びください。",
		EN:  "Deletion is done by the button only. Please choose below.",
	},
	{
		Key: SayEraseAgain,
		JA:  "恐れ入りますが、この確認は有効期間を過ぎたか、すでに使われています。今回のボタンで新たに削除したものはございません。あらためて伺います。",
		EN:  "We are sorry, this confirmation has expired or was used before. This press has deleted nothing more. We ask once more.",
	},
	{
		Key: SayEraseKept,
		JA:  "承知しました。何も削除しておりません。",
		EN:  "Understood. Nothing has been deleted.",
	},
	{
		Key: SayHuman, Params: []string{"contact"},
		JA: "承知しました。担当者に引き継ぎます。担当者からお返事するまで、自動の応答は控えます。お急ぎの場合は、{contact}までご連絡ください。",
		EN: "Certainly. Our staff will take over, and the automatic answers pause until they have replied. If it is urgent, please contact {contact}.",
	},
	{
		Key: SayComplaint, Params: []string{"contact"},
		JA: "ご不便をおかけし、申し訳ございません。担当者に引き継ぎます。解決するまで、おすすめは控えます。お急ぎの場合は、{contact}までご連絡ください。",
		EN: "We are very sorry for the trouble. Our staff will take over, and suggestions pause until it is settled. If it is urgent, please contact {contact}.",
	},
	{
		Key: SayCancel, Params: []string{"contact"},
		JA: "解約や退会、ご注文の取り消しは、{contact}で承ります。こちらへご連絡いただければ、お手続きします。",
		EN: "To cancel a plan, a membership or an order, please contact {contact}. They will arrange it.",
	},
	{
		Key: SayLink, Params: []string{"contact"},
		JA: "会員連携は、お店で承ります。恐れ入りますが、{contact}までご連絡ください。",
		EN: "The shop will link your membership for you. Please contact {contact}.",
	},
	{
		Key: SayUnlink, Params: []string{"contact"},
		JA: "連携の解除は、お店で承ります。恐れ入りますが、{contact}までご連絡ください。データの利用は「停止」とお送りいただくと、すぐに止まります。",
		EN: "The shop will undo the link for you. Please contact {contact}. Send \"STOP\" and the use of your data ends at once.",
	},

	{
		Key: SayHelp,
		JA:  "次のことをお答えできます。下のボタンか、言葉でお送りください。「停止」とお送りいただくと、いつでも止まります。",
		EN:  "This is what you can ask. Use the buttons or your own words. Send \"STOP\" at any time to stop.",
	},
	{
		Key: SayThanks,
		JA:  "こちらこそ、ありがとうございます。",
		EN:  "Thank you, too.",
	},
	{
		Key: SayGreeting,
		JA:  "こんにちは。いつもありがとうございます。ご用件をお聞かせください。",
		EN:  "Hello, and thank you for writing. What can we do for you?",
	},
	{
		Key: SayGreetingNew,
		JA:  "はじめまして。こちらは自動でお答えするトークです。「担当者」とお送りいただくと、担当者がお答えします。ご用件をお聞かせください。",
		EN:  "Nice to meet you. This chat answers automatically; send \"staff\" to reach a person. What can we do for you?",
	},
	{
		Key: SayNoted,
		JA:  "承知しました。ほかにご用がありましたら、お聞かせください。",
		EN:  "Understood. Please tell us if there is anything else.",
	},
	{
		Key: SayNotedOffered,
		JA:  "ありがとうございます。気になる商品があれば、カードの「興味があります」からお選びいただけます。",
		EN:  "Thank you. If one of them interests you, please choose \"I'm interested\" on its card.",
	},
	{
		Key: SayOther,
		JA:  "申し訳ありません。うまく読み取れませんでした。下のボタンからお選びいただくか、担当者におつなぎします。",
		EN:  "We are sorry, we did not understand that. Please use the buttons below, or talk to our staff.",
	},
	{
		Key: SayOtherNew,
		JA:  "メッセージありがとうございます。こちらは自動でお答えするトークです。下のボタンからお選びいただけます。",
		EN:  "Thank you for your message. This chat answers automatically. Please use the buttons below.",
	},
	{
		Key: SayOtherAsked,
		JA:  "お返事ありがとうございます。同意は任意ですので、このままでもご利用いただけます。ご用件は下のボタンからもお選びいただけます。",
		EN:  "Thank you for your reply. Agreeing is optional; everything works as it is. You can also use the buttons below.",
	},
	{
		Key: SayOtherOffered,
		JA:  "恐れ入りますが、意味を読み取れませんでした。商品についてはカードのボタンを、ほかのご用件は下のボタンをお使いいただけます。",
		EN:  "We are sorry, we could not read that. For a product please use the buttons on its card, for anything else the ones below.",
	},
	{
		Key: SaySent,
		JA:  "お送りくださりありがとうございます。自動の応答では内容を確認できません。ご用件は言葉か、下のボタンでお聞かせください。",
		EN:  "Thank you for sending this. The automatic answers cannot look at it. Please use words or the buttons below.",
	},
	{
		Key: SayGroup,
		JA:  "お客様ごとのご案内は、1対1のトークで承ります。",
		EN:  "For anything personal, please write to us in the one-to-one chat.",
	},
	{
		Key: SayStale,
		JA:  "恐れ入りますが、このボタンは有効期間を過ぎています。下のボタンからお選びください。",
		EN:  "We are sorry, this button has expired. Please use the ones below.",
	},
}

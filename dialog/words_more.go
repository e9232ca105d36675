package dialog

// Parts that many patterns share.
const (
	// neg follows a verb's mizen stem: 送ら+ないで, しない+くて.
	neg = "(ないで|ないように|ないよう|なくて|ないこと|ねえで|ねで|ずに|ぬよう|んように|なくても)"
	// negTe follows a te form: 送って+こないで.
	negTe = "(こないで|来ないで|こなくて|来なくて|くるな|来るな|くんな|こんな|こんで|来んで|こんといて|来んといて|ほしくない|欲しくない|ほしくありません|欲しくありません|もらわなくて|もらいたくない|もらいたくありません|いただかなくて|頂かなくて|いただきたくない|いただきたくありません|くれなくて|くださらなくて|くんなくて|こなくても|こられても|来られても|こられるの|来られるの|くるの(は|を|が|も|やめ|止め|とめ)|来るの(は|を|が|も|やめ|止め|とめ)|くんのやめ|くるのもう|くるのいら|いらな|いりま|いらん|よこさないで|よこすな)"
	// sends are mizen stems of what the shop does to reach a customer.
	sends = "(送ら|おくら|お送りし|送りつけ|送付し|送信し|発信し|配信し|ご連絡し|連絡し|ご案内し|案内し|お知らせし|通知し|提案し|ご提案し|紹介し|ご紹介し|勧め|すすめ|薦め|営業し|宣伝し|勧誘し|メールし|ラインし|メッセージし|よこさ|寄越さ|届け|お届けし|流さ|鳴らさ|飛ばさ|表示し|話しかけ|声かけ|声をかけ|誘わ|売り込ま|売り込みし|押し付け|押しつけ|レコメンドし|推さ|pushし|dmし)"
	// sendsTe are the te forms of the same.
	sendsTe = "(送って|おくって|送付して|送信して|配信して|連絡して|案内して|通知して|提案して|紹介して|勧めて|すすめて|営業して|宣伝して|勧誘して|メールして|ラインして|メッセージして|流して|鳴らして|表示して|知らせて|届けて|話しかけて|押し付けて)"
	// uses are mizen stems of what may be done with a person's data.
	uses = "(使わ|つかわ|用い|使用し|利用し|活用し|参照し|参考にし|見|みら|覗か|のぞか|読ま|集め|収集し|分析し|解析し|記録し|保存し|蓄積し|共有し|渡さ|提供し|調べ|追跡し|監視し|把握し|盗み見|学習し|覚え|取ら|取得し|反映し|推測し|管理し)"
)

// moreWords widen the lexicon by generated forms and by what other people say.
var moreWords = []word{
	{class: cRefuse, words: sends + neg + " " + sendsTe + negTe + " (送る|おくる|配信する|連絡する|案内する|通知する|勧める|すすめる|送信する|提案する|宣伝する)(の(は|を|も|)(もう|)(やめ|止め|とめ|よし|勘弁|遠慮|控え|だめ|なし|中止|ストップ|結構|不要)|なと|必要は|必要が|必要も|必要ない|必要ありません)"},
	{class: cRefuse, words: "(送られて|おくられて)(くるの|来るの|も|くると|来ると)(は|が|も|)(困|嫌|いや|迷惑|やめ|止め|勘弁|うんざり|読)"},
	{class: cNotDo, words: "希望しませ 希望しな 望みませ 望まな 見ません 見てません 読みません 無用 無しで なしで 要らぬ お断り 切っといて うんざり 来ないよう こないよう 届かないよう 来なくし 来なくて 届かなくて 届かなくし 届かないで 困ります 困るん 困って いいですので いいですから もうやだ ご遠慮"},
	{class: cRefuse, words: "(届|とど)かない(ように|ようし|で) (届|とど)かなく(して|ていい|てもいい) ノーモア のーもあ もうこれ以上 もうしんどい もう疲れ もう見ない もう見ません もう見てない もう読ま もう関わ 一切関わ 縁を切 縁切 さよならする 拒否します 拒否する 拒否で 拒否したい 受信を拒 受信は拒 受信しない ブロック(し|す|させ) 友だち(を|)(やめ|解除|外) 友達(を|)(やめ|解除) フォロー(を|)(やめ|外|解除) 抜けさせて 退室 消えて (マーケティング|広告|宣伝|販促)(目的|)(での|への|の|)(利用|使用) (利用|使用)に異議 二度と(話|来|連絡|送|メ|見) これ以上(送|来|連絡|いら|おす|勧) いい加減(に|やめ|止め|)(し|せ|やめ|止め) 鳴りやまない 通知地獄 通知(が|)(うざ|うる|多すぎ(て|)(困|いや|嫌|無理|しんど|つら)|鳴り|ひっきり) 怒るよ 通報 訴えます(よ|) 消費者センターに"},
	{class: cRefuse, words: "(配信|通知|メッセージ|連絡|案内|ご案内|メール|広告|dm|お知らせ|送付)(の|)(差し止め|差止め|差し止|差止|取りやめ|打ち止め|打ち切り|中止|停止|休止|解除|取消|取り消し|終了|カット|ストップ|オフ|off|拒否|禁止|不可|無効|断ち|お断り|断り|辞退) 差し止めて 差止めて 差し控え 止めにし 取り止め おやめ お止め お控え 手を引いて"},
	{class: cRefuse, words: "(配信|受信|通知|連絡|送信|案内|ご案内|利用|送付|ご連絡|受け取り|受取)(の|)(ほう|方|)(を|は|も|)(もう|)(希望しませ|希望しない|希望していませ|望みませ|望んでいませ|望んでません|必要としませ|必要としていませ|必要としな)"},
	{class: cRefuse, words: "rather_not_(get|receive|have|see) (id|i_would|id_rather|would|please|pls|plz|can_you|could_you)_(not|stop|quit)_(send|sending|text|texting|messaging|message|contact|contacting|get|receive|receiving|use|using|notify|track|tracking) no_(send|message|messages|text|texts|notification|notifications|ads|spam|marketing|contact|push|more)(_more|_again|_please|_pls|_thanks|_thank_you|) not_send not_want_(message|messages|this|any|more|notification|notifications|receive|to_receive|to_get|ads) no_want never_(contact|message|text|send|write) stop_(spam|spamming|messages|message|notifications|notification|texts|ads|marketing|promotions|alerts|updates|recommendations|suggestions|the|all|these|those|your|pls|plz|pushing|pinging|with|subscription_messages) (get|take|remove|pull|drop|delete|leave)_(me|us)_(off|out|from|alone) (cancel|end|turn_off|switch_off|disable|mute|halt|shut_off|kill|block|pause_all)_(the_|my_|all_|these_|your_|any_|)(messages|notifications|notification|alerts|texts|messaging|updates|ads|suggestions|recommendations|marketing|newsletter|promos|promotions|push|chat|bot) (turn|switch|shut)_(it|them|these|this|that|notifications|messages|alerts)_off (too_many|so_many)_(messages|notifications|texts|ads|msgs) leave_me_be dont_bother bug_me bugging_me stop_bugging bothering_me unsubscribing unsubscription unsubscribr unsubsribe opting_out opt_out_of want_out i_want_out im_out get_out_of not_welcome no_interest_in_(your|these|receiving|getting)"},
	{class: cRefuse, words: "i_(withdraw|revoke|retract|rescind|take_back|object|refuse|deny|decline_to) (withdraw|withdrawing|revoking|rescind)_(my|the|all)_ (withdraw|revoke)_(permission|consent|approval|agreement) i_(no_longer|dont|do_not|didnt|did_not|never)_(agree|consent|agreed|consented|authorize|permit) (dont|do_not|never|stop|no)_(use|using|track|tracking|profile|profiling|collect|collecting|sell|share|sharing|keep|keeping|analyze|analyse|look|looking|read|reading|spy|spying|snoop|snooping)_(at_|on_|into_|through_|of_|)(my|me|personal|this|the|purchase|data|history) dont_want_(you|u|my|me|anyone)_ not_be_tracked"},

	{class: cUseNot, words: uses + "(ないで|ないように|ないよう|なくて|ねえで|れたくない|れたくありません|れるのは|れるの(が|は|も|)(嫌|いや|困|不快|不安|気持ち|怖|こわ|きもち|ちょっと)|せたくない|せない|んで|んといて) (使う|利用する|使用する|分析する|集める|収集する|見る|覗く)(の(は|を|も|)(もう|)(やめ|止め|禁止|だめ|ng|なし|遠慮|控え|嫌|いや|中止|停止|不可)|な(よ|って|)$|ことを(拒|禁)) (見|使|覗|のぞ)(られ|か|か)れてる(の|みたい)で 勝手に(見|使|覗|調べ|集め|取) 利用停止 利用の停止 使用停止 使用の停止 利用を中止 利用中止 提供停止 異議(が|を|あり|申) プロファイリング(を|)(停止|やめ|止め|拒否|しない) 使われるのいや 使われるの嫌 使うのいや 使われたく 見られたく 知られたく 利用しませんよう 利用(に|を)反対 利用拒否 使用拒否 (見|使)んな(よ|や|)"},
	{class: cNoAgree, words: "同意(し|は|を|も|には|なんか|なんて|など|)(しません|しない|していません|してない|してません|していない|できません|できない|しかねます|しかねる|せん|わけ(が|)(ない|ありません)|つもりは|気は|覚えは|覚えが|なし|ならない|いたしません|いたしかね) (許可|承諾|了承|賛成|了解)(は|を|も|に|)(しません|しない|していません|してない|できません|できない|しかね|した覚え|しておりません|したくない|するつもりは) 同意拒否 同意は拒否 同意を拒否 同意の拒否"},
	{class: cData, words: "買ったもの 買い物履歴 購入データ 購買データ 個人データ 購入情報 私のこと 何を買った 行動履歴 閲覧履歴 検索履歴 位置情報 プロフィール カスタマーデータ personal_data my_data my_info"},
	{class: cHaltWeak, words: "控える お控え 差し控え 取りやめ 断ち 断ります 抜け 抜く 辞退 ご遠慮 ミュート 省いて 除いて のぞいて 止まら 遮断 カット 禁止 お断 堪え 減らしてゼロ ゼロに なくして 無くして 取り下げ 撤去 閉じて"},
	{class: cMessages, words: "販促 受信 送付 営業メール 広報 リスト 配信先 チラシ ピンポン push ニュースレター ニュース インフォメーション ご連絡 通知音 お誘い 売り込み pr"},

	{class: cUnstop, whole: true, words: "(配信|通知|お知らせ|案内|メッセージ|おすすめ)(の|を|は|)(停止|解除|ストップ|中止)(に|は|)(し|させ)(ないで|なくて|たくない|たくありません|ないように|ないよう|なくていい)"},
	// Swallowing: what only looks like a stop.
	{class: cBot, whole: true, words: "(ロボット|ボット|機械|ai|チャットボット|自動応答|自動返信|自動)(は|で|じゃ|なら|だと|と話すの|との会話|相手)(もう|)(いい|結構|無理|だめ|嫌|いや|やだ|話にならない|らちがあかない|埒があかない|ダメ)"},
	{class: cFiller, whole: true, words: "使わない(ので|から|んで|し|ため|けど|ですし) 使いません(ので|から|が|けど)"},
	{class: cCancel, whole: true, words: "(定期便|定期購入|定期|サブスク|会員|プラン|契約|コース|メンバーシップ)(を|は|の|って|)(もう|来月から|来月で|今月で|)(やめ|止め|辞め|解約|解除|抜け|終了|停止|ストップ|キャンセル|退会|取り消|不要|いらない|休止|中止)"},
	{class: cCancel, whole: true, words: "(注文|予約|オーダー|購入|申し込み|申込)(を|は|の|した(の|もの|やつ)を|)(やっぱり|やっぱ|)(やめ|止め|キャンセル|取り消|取消|取りやめ|中止|撤回|なかったこと|白紙|ストップ|停止) キャンセル(でき|し|する|お願い|希望|を|で|は|したい|頼) 取り消したいの 注文取消 注文を間違"},
	{class: cOptInAgain, words: "(また|もう一度|もういちど|もう1度|再度|再び|改めて|やっぱり|前みたいに|以前のように)(お知らせ|案内|ご案内|通知|配信|メッセージ|おすすめ|連絡|メール)(を|は|が|の|)(送って(ください|ほしい|欲しい|もら|くれ)|受け取|届け|もらえ|もらい|ほしい|欲しい|ください|下さい|お願い|再開|希望し(ます|たい)|オン|始め|見たい) (お知らせ|案内|通知|配信|メッセージ|連絡|受信)(を|は|が|)(また|もう一度|再度|再び|改めて)(送って(ください|ほしい|欲しい|もら|くれ)|受け取|届け|もらえ|もらい|ほしい|欲しい|くださ|お願い|始め) (受信|配信|案内|通知|お知らせ|ご案内)(を|の受信を|の配信を|)希望し(ます|たい) (止め|停止し|ストップし|オフにし|やめ|解除し)(た|ていた|てた|ちゃった|てしまった)(配信|通知|お知らせ|けど|んですけど|のですが|のを|んだけど)"},
}

package dialog

// The classes of words. A comment gives what the class stands for.
const (
	// Stopping.
	cRefuse   class = iota // says enough whatever else is said: もう送らないで, しつこい, unsubscribe
	cHalt                  // 停止, やめて, stop: an opt-out unless it is about a contract or a link
	cHaltWeak              // やめる, 切る, off: an opt-out with messages as its object, or alone
	cHaltBare              // CANCEL, QUIT, END: an opt-out when nothing else is said
	cUnstop                // 停止しないで, 停止解除: the opposite
	cMessages              // 配信, 通知, おすすめ: what is sent
	cData                  // データ, 履歴: what is used
	cUseNot                // 使わないで, 利用しないで
	cConsent               // 同意
	cRevoke                // 撤回, 取り消し
	cNeedless              // いらない, 不要
	cLess                  // 減らして, 多い
	cContract              // 定期便, プラン, 会員, 注文: what a contract is about
	cLink                  // 連携
	cOff                   // 解除, 外して

	// Asking for things.
	cRecommend
	cWeakRecommend // ある？, 教えて: asks for an offer when a thing is named
	cMore
	cPlan
	cWhy
	cTake     // これにします, 買います
	cTakeWeak // 欲しい, 買いたい: takes an offer only when one is pointed at
	cPoint    // これ, それ, 1番目
	cPass     // 今回は結構, 遠慮
	cPassBare // 大丈夫, 高い: a decline only when little else is said
	cYes
	cResume
	cAgree
	cStatus
	cHistory
	cExport
	cErase
	cEraseWeak // 消して
	cHuman
	cComplaint
	cCancel
	cUnlink
	cHelp
	cHelpBare
	cThanks
	cGreeting
	cFiller     // please, です, は: says nothing
	cThing      // words that swallow others and mean a thing: 履歴書, 日焼け止め
	cShow       // 見せて, 知りたい
	cMine       // 私の
	cNow        // 今は, 今回
	cBot        // ボット, 機械
	cNoAgree    // 同意しません
	cNotDo      // ～ないで: an opt-out with messages or data
	cAnything   // 何か: not a thing to take
	cOptInAgain // また送って: asks for messages anew
	cGrief      // 亡くなった, 入院した: a person answers

	// Reasons of a decline.
	cReasonPrice
	cReasonHave
	cReasonLater
	cReasonTaste
	classCount
)

const messages = "(配信|はいしん|通知|つうち|メッセージ|メッセ|お知らせ|おしらせ|ご案内|案内|連絡|宣伝|広告|dm|メルマガ|メール|ライン|line|おすすめ|お勧め|お薦め|レコメンド|提案|営業|勧誘|セールス|キャンペーン|トーク|送信|プッシュ|ボット)"

// stopWords are the words of stopping and refusing. A missed stop is the worst error, so they are many.
var stopWords = []word{
	{class: cRefuse, words: "送(ら|っ|り)(ないで|なくて|んで|んといて|ないでほしい) 送るな 送らないように 送らなくていい 送ってくるな 送って(こ|来)ないで 送って(こ|来)なくて 送ってこんで 送ってくんな 送りつけ おくらないで おくるな おくってこないで おくってくるな おくんな 送んな"},
	{class: cRefuse, words: messages + "(は|も|はもう|もう|)大丈夫 " + messages + "(が|は|も|を|)(こ|来)(ないよう|なくし|なくて)"},
	{class: cRefuse, words: messages + "(し|を送ら|し|をし|はし)ないで 配信(しない|はしない|をしない)で 送信しない(で|ように) 通知しない(で|ように) 連絡して(こ|来)ないで 連絡(して|し)(くるな|くんな) 連絡するな 配信するな 案内するな メールするな 連絡してほしくない"},
	{class: cRefuse, words: "勧めないで すすめないで 薦めないで 勧めるな すすめるな 紹介しないで 提案しないで 提案するな 紹介するな 話しかけ(ないで|るな|てくるな|てこないで) はなしかけないで かまわないで 構わないで 構うな 黙って 黙れ だまれ だまって 静かにして しずかにして"},
	{class: cRefuse, words: "うるさい うるさく うるせ うっさい うるさ 煩い 五月蝿い 五月蠅い うざい うざく うざっ うざ うぜえ しつこい しつこく しつこすぎ しつこ しつけえ 執拗 迷惑 めいわく めーわく 目障り 耳障り 鬱陶し うっとうし うっとおし 邪魔 しつけ きもい キモい きしょ ストーカー スパム 失せろ 消えろ 帰れ もうやだ もういや もう嫌 もう無理 うっとい ウザ"},
	{class: cRefuse, words: "もういい もう良い もうほんと(に|うに|)いい もう本当にいい もうま(じ|ぢ)(で|)いい もうええ もうええ もう結構 もうけっこう もう沢山 もうたくさん もう十分 もうじゅうぶん もう充分 もういりません もう要りません もういらない もう要らない もういらん もう要らん もういらねえ もう不要 もう必要ない もう必要ありません もう勘弁 もうよして よしてくれ よしてください 勘弁して かんべんして ほっといて ほうっておいて 放っておいて ほっとけ いい加減にし いいかげんにし うんざり"},
	{class: cRefuse, words: "受信拒否 着信拒否 受け取りたくない 受けとりたくない 受取りたくない 受信したくない 受け取りません 受け取らない 受信しません もらいたくない 見たくない みたくない 欲しくない ほしくない 来ないで こないで 来るな くるな 来なくていい こなくていい 来させないで 読みたくない 聞きたくない 二度と送 二度と連絡 二度と来 二度とこないで 二度とよこす よこすな 寄越すな 入れないで (受け取り|受けとり|受取り|受信し|もらい|貰い|見|読み|聞き|受け)たく(ない|ありません|ございません|は|も) 配信対象から 対象から外 (配信|受信|通知|連絡|送信|案内|ご案内|利用|送付)(を|は|も|)(希望しませ|希望しな|望みませ|望まな|辞退) 送付しない 送付不要 よこさないで 届けないで 出さないで 表示しないで お送りにならない 送らないよう 送信しないよう 配信しないよう 連絡しないよう 通知しないよう 中断 取りやめて 取り止めて 退订 取消订阅 수신거부 중지"},
	{class: cRefuse, words: "オプトアウト アンサブスクライブ アンサブ 購読解除 購読停止 購読(を|は)(やめ|止め|解除|停止) 登録解除 登録を解除 登録(を|から)(外して|はずして|消して) リストから(外|はずし|削除|消) 配信解除 配信を解除 配信リスト ブロックし(ます|たい|て) ブロックする 通知オフ 通知off 通知をオフ 退出し(て|ろ)"},
	{class: cRefuse, words: "unsubscribe unsub unsubscribed optout opt_out opt_me_out stopall stop_all remove_me take_me_off leave_me_alone shut_up go_away fuck_off piss_off get_lost no_more (annoying|spam|spamming|harassing|harassment) stop_(sending|texting|messaging|contacting|bothering|writing|it|this|that|now|please|everything|spamming|using|tracking|talking) please_stop make_it_stop unsuscribe unsubcribe unsubscibe unsubscrib unsubsribe cease desist no_longer_(want|wish) (dont|do_not)_wish_to not_interested_in_(receiving|getting|your) get_me_off im_done_with remove_my_(number|name|contact) delete_me_from cut_it_out knock_it_off quit_it"},
	{class: cRefuse, words: "(dont|do_not|never|stop|quit)_(send|text|message|contact|disturb|bother|write|track|notify|email|talk|recommend|suggest|call|push)(|_me|_to|_anything|_to_me|_more|_any) (dont|do_not)_want_(any|any_more|more|these|your|to_receive|to_get|to_hear|them|this_anymore|messages|notifications|suggestions|recommendations|offers|ads|updates) (dont|do_not)_need_(any|any_more|more|these|your)_(messages|notifications|suggestions|recommendations|offers|ads|updates) turn_(it|this|them)_off turn_off mute block_you had_enough enough enough_already not_interested_in_your sick_of tired_of sod_off"},

	{class: cNotDo, words: "ないでくだ ないで下 ないでほ ないで欲 ないでもら ないでいた ないで頂 ないでよ ないでね ないでくれ ないでお ないでちょ ないでって ないで ないよう なくていい なくて良い なくてよい なくて結構 なくて大丈夫 てほしくない て欲しくない てもらいたくない ていただきたくない てくるな てくんな んといて たくありません たくない 望みません 望まない 希望しません 希望しない 不可 禁止 お断り ng (wish|want)_no i_object"},
	{class: cWeakRecommend, whole: true, words: "ないです ないですか ないでしょうか ないですかね ないでしょ"},
	{class: cHalt, words: "もうやめ もう止め 停止 ていし ストーップ スットップ すとーぷ ストプ 中止 解除 かいじょ ストップ すとぷ スットプ ストッピ やめて 止めて 辞めて 已めて 罷めて とめて 停めて やめろ 止めろ 辞めろ とめろ やめれ やめえ やめや やめい 止めい やめよう やめません(か|でしょうか) 止めません(か|でしょうか) やめんか やめてくれ やめなさい 止めなさい やめちま やめちゃ 止めちゃ やめねえか やめてほし やめてもら 止めてもら やめてくださ 打ち切 うちきって 止まって stop st0p 5top st8p stopp sotp stpo stoop tomete yamete teishi sutoppu"},
	{class: cHaltWeak, words: "やめたい 止めたい 辞めたい やめる 止める 辞める 停める とめる やめます 止めます 辞めます やめた 止めた 辞めた やめにし やめとこ やめさせ 止めさせ 停止し 終了 しゅうりょう 終わり 終わって 終わらせ おわり おわって おしまい 切って 切る 切りた きりたい きって オフ off 外して はずして 除外 拒否 きょひ お断り おことわり 断り 断る ことわ 控えて ひかえて 消し 休止 ブロック block end 休む 休ませ 無効 黙らせ 御免 ごめんだ 止まる 止ま よして 要りません"},
	{class: cHaltBare, words: "やめ 止め とめ ストッ cancel quit end revoke キャンセル cancle cansel halt terminate exit finish abort 以上 stopit 取消 取り消し 取りやめ 取り止め"},

	{class: cUnstop, whole: true, words: "(停止|解除|ストップ|中止|配信停止|キャンセル|撤回)(を|は|も)(し|させ)ないで (停止|解除|ストップ|中止|キャンセル|撤回)(し|させ)(ないで|ないように|なくて|たくない|ません|ないよ|ないでね) (停止|解除|ストップ|中止|キャンセル|撤回)(する|すん|させる)な (停止|ストップ)(して|しては)(ほしくない|欲しくない|困|いけない|だめ|ない) (やめ|止め|辞め|とめ)(ないで|ないよ|なくて|ないよう|たくない|ません|るな|んな|てほしくない|て欲しくない|るつもりはない|る気はない) やめんといて やめちゃ(だめ|嫌|いや) 止めちゃ(だめ|嫌|いや) (dont|do_not|never|please_dont)_(stop|cancel|unsubscribe|quit|end|opt_out)"},
	{class: cResume, whole: true, words: "(停止|配信停止|一時停止|休止|ストップ)(の|を|は|)(解除|取り消|取消|やめて|やめたい|撤回|キャンセル|解いて|戻して) ブロック(を|の|)解除 オプトアウト(を|の|)(解除|取り消|取消|撤回) 休止解除"},
	{class: cUnlink, whole: true, words: "(連携|リンク|紐付け|紐づけ|ひも付け|ひもづけ|id連携|会員連携|アカウント連携|line連携|ライン連携|アカウントの連携|会員証の連携|会員証連携)(の|を|は|も|)(解除|外|はずし|やめ|止め|停止|切|取り消|取消|ストップ|削除|消|中止|終了|オフ|撤回) 紐(付け|づけ)を解 連携なし unlink (disconnect|unconnect|unpair|detach)(|_my_account|_account|_me) remove_(the_|my_|account_|)(link|connection) stop_linking cancel_(the_|my_|)link"},

	// Things and turns of phrase that only look like a stop.
	{class: cThing, whole: true, words: "日焼け止め 日焼止め 滑り止め すべり止め 咳止め せき止め かゆみ止め 汗止め 痛み止め 酔い止め 下痢止め 虫止め 血止め 止血 車止め 波止場 歯止め 足止め 口止め 通行止め 色止め 錆止め さび止め ストップウォッチ ストッパー ドアストップ ノンストップ ワンストップ 早めて はやめて 温めて あたためて 薄めて うすめて 眺めて 集めて 求めて もとめて 決めて きめて 締めて しめて 丸めて 深めて 褒めて ほめて 埋めて 詰めて つめて まとめて 纏めて 固めて 高めて 初めて はじめて 始めて 改めて あらためて 極めて きわめて 努めて つとめて 認めて みとめて 含めて ふくめて 慰めて 勧めて すすめて 進めて 辞めてよかった 泊めて"},
	{class: cThing, whole: true, words: "しつこい(汚れ|よごれ|油|水垢|カビ|かび|臭|匂|ニオイ|肩|コリ|こり|便秘|ニキビ|シミ|焦げ|くすみ|乾燥) しつこく(ない|なく) しつこくありません うるさく(ない|なく|ありません) うるさくなさそう ご迷惑 御迷惑 迷惑を(かけ|お掛け|おかけ) 迷惑かけ 迷惑で(なければ|ない) 迷惑じゃな 邪魔にならない 邪魔じゃな お邪魔 じゃまにならない (bus|one|door|pit|full|non|short|truck|first|last|next)_stop stop_by stop_(working|motion|watch|light) (it|that|this)_stop_working doorstop うざったくない 音がうるさ"},
	{class: cComplaint, whole: true, words: "(注文し|頼ん|購入し|買っ)(てい|で|でい|て)ない(もの|商品|物|のに|のが)"},
	{class: cComplaint, whole: true, words: "(動作|電源|機械|画面|モーター|運転|エンジン|作動|再生)(が|は|も)(停止|止ま|とま|ストップ|切れ) 急に(停止|止ま|とま) (突然|すぐ|勝手に|途中で)(停止|止ま|とま|電源) 止まらない とまらない 止まりません 止まってしま 止まっちゃ 停止してしま 停止しちゃ 音がうるさい 動作音がうるさい うるさい音 stopped_working stops_working wont_stop_leaking"},
	{class: cPass, whole: true, words: "はいいや はいいわ はいいかな 気に入ら 気に入りません 気にいら やめて(おき|おく|おこ|とく|とき|とこ) やめと(く|き|こ|いた|きます) 止めて(おき|おく|おこ) 止めと(く|き|こ) 辞めて(おき|おく) よして(おき|おく) 見送り 見送る 見送ら 見送って 今回(は|も|)(結構|いい|いらない|要らない|不要|遠慮|見送|パス|やめ|止め|大丈夫|必要ない|いりません|要りません|お断り|なし) 今(は|回)(いらない|いい|要らない|いりません|要りません|不要|必要ない|必要ありません|結構|大丈夫|いらん|買わない|買えない|ほしくない|欲しくない) 今は(もう|まだ|別に|特に|とくに)(いい|いらない|要らない|結構) また(今度|こんど|次回|次の機会|の機会|にします|いつか|にする|にしとく) 次の機会 次回(に|で|は) 機会があれば もう(買った|買いました|持って|持った|注文した|あります|ある|購入し) もう少し考え これはもういい 手持ち 間に合って まにあって (この商品|これ|この|それ|そっち|こっち)(は|も)(別に|もう|特に|あまり|)(いらない|要らない|いりません|要りません|不要|結構|必要ない|欲しくない|ほしくない|いらん|いらないかな)"},
	{class: cTake, whole: true, words: "(lets_|ill_|i_will_|)go_with_(that|this|it)(_one|)"},
	{class: cThing, whole: true, words: "もういい(時期|頃|ころ|年|季節|歳|のが|の|もの|ものが|商品) もう(1|一|いち)(つ|個|枚|本) 欲しくない(もの|人) 履歴書 職務経歴 りれき書 りれきしょ 伝染病"},

	{class: cMessages, words: messages + " クーポン通知 おすすめ おススメ お奨め 配信物 お便り おたより 情報配信 push_notifications notifications notification messages message texts text suggestions suggestion recommendations ads advertising advertisements promotions promos newsletter mailing offers updates marketing"},
	{class: cData, words: "データ でーた 情報 個人情報 購入履歴 購買履歴 買い物履歴 注文履歴 履歴 りれき 買い物の記録 記録 購入 購買 買い物 買物 個人の プライバシー 行動 閲覧 足跡 data history information info purchases my_purchase purchase_history personal"},
	{class: cUseNot, words: "使わないで 使うな 使わないように 使わんで 使わんといて 使って(ほしく|欲しく|もらいたく)ない 使われたくない 使われるの(は|が)(嫌|いや|困) 使用しない 使用するな 使用しません 利用しない 利用するな 利用されたくない 利用させない 利用してほしくない 利用を(拒否|やめ|停止|止め|断|希望しません|望みません|許可しません|認めません) 使用を(拒否|やめ|停止|止め|断|望みません|許可しません|認めません) 見ないで 見るな 見て(ほしく|欲しく)ない 見られたくない みないで 覗かないで のぞかないで 覗くな 読まないで 集めないで 収集しないで 収集するな 分析しないで 分析するな 解析しないで 活用しない 渡さないで 提供し(ない|ません|たくない) 教えたくない 参照しないで 記録しないで 保存しないで 勝手に使 つかわないで つかうな 使っちゃだめ 使うのを(やめ|止め) 使うのは(やめ|止め|嫌|だめ|なし) (dont|do_not|never|not|stop)_(use|read|look_at|share|collect|analyse|analyze|track|store|keep|see|process) stop_using not_be_used not_to_use no_tracking object_to (利用|使用)(は|を|が)(嫌|いや|お断り|断り|不可|ng|遠慮|控え|しないよう|なし|だめ|ダメ|反対) 使わないよう 参考にしないで 反映しないで 追跡しないで 監視しないで 追跡するな 監視するな 追跡を トラッキング"},
	{class: cUseNot, words: "使わない 使いません 使用禁止 利用禁止 使うのを拒否"},
	{class: cNoAgree, words: "同意(は|を|も|に|)(し(ません|ない|たくない|かねます|かねる|ていません|ていない|た覚え|ねえ|ん)|できません|できない|出来ない|出来ません|致しません|いたしません|致しかね|いたしかね|拒否|しないで) 不同意 非同意 同意(しません|しない|したくない|しかねます|しかねる|していません|していない|した覚えはない|しないで|せん|せえへん|できかね|出来かね) 承諾(しません|しない|できません) 承知(しません|できません) 許可(しません|しない|できません|した覚え) 認めません 認めない 賛成しません (i_|we_|)(dont|do_not|cannot|cant|wont|will_not|never|did_not|didnt)_(agree|consent|accept|allow|permit) disagree refuse_consent (no|not|withhold)_consent i_(object|refuse|decline_consent) not_agree not_consent disagreed"},
	{class: cConsent, words: "同意 承諾 許可 consent agreement permission"},
	{class: cRevoke, words: "撤回 てっかい 取り消 取消 とりけし とりけす 取りけ 取り下げ 取下げ やめ 止め キャンセル 無効 外し はずし なかったこと 無かったこと 白紙 破棄 オフ ストップ 停止 解除 終了 withdraw withdrawn revoke revoked take_back cancel remove undo なしに 無しに なしで やっぱりなし"},
	{class: cRefuse, words: "同意(を|の|は|も|)(撤回|取り消|取消|とりけし|取り下げ|やめ|止め|キャンセル|無効|破棄|解除|停止|なかったこと|終了) 撤回し(ます|たい|て|ろ) 撤回 てっかい (withdraw|revoke|take_back|retract|cancel|remove|undo)_(my_|the_|all_|)(consent|consents|agreement|permission|permissions|approval)"},
	{class: cNeedless, words: "いらない 要らない いりません 要りません いらん 要らん いらぬ いらねえ 要らねえ いらないです いりまへん 不要 ふよう 無用 必要ない 必要ありません 必要なし 必要ございません 必要とし(ない|ません) 結構 けっこう 興味ない 興味なし 興味がない 興味ありません 興味がありません 興味はありません 興味はない きょうみない 遠慮 要らなく いらなく なくていい 無くていい なくて結構 イラネ いらね 求めてない 求めていません 頼んでない 頼んでません 頼んでいません 不必要 勘弁 嫌です 嫌だ いやだ いやです 嫌 もう来 もう見 unwanted not_wanted not_needed no_need dont_need dont_want do_not_want do_not_need"},
	{class: cLess, words: "減らし 減らす へらし へらす 少なく すくなく 頻度 多い 多すぎ 多くて おおい おおすぎ 月1 月一 週1 週一 月に1回 週末だけ たまに 控えめ ひかえめ ほどほど fewer less_often too_many too_much too_often less_frequent reduce"},
	{class: cContract, words: "定期便 定期購入 定期 プラン サブスク サブスクリプション 契約 会員 メンバーシップ 注文 オーダー 予約 コース アカウント 購入手続き 申し込み 申込 subscription membership plan order orders account contract reservation booking"},
	{class: cLink, words: "連携 れんけい 紐付け 紐づけ ひも付け ひもづけ リンク 会員証 会員番号 会員カード id連携 link linking connect my_account ポイントカード 会員登録 ログイン login log_in sign_in signin sync 連動"},
	{class: cOff, words: "解除 外 はずし やめ 止め 停止 切り 切っ 切る 取り消 取消 削除 消 オフ なくし off remove undo"},
	{class: cBot, words: "ボット ロボット 機械 ai bot robot machine 自動応答 自動返信 チャットボット"},
}

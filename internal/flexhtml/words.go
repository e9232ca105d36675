package flexhtml

// words are the few the renderer adds to a message.
type words struct {
	unknown, notDrawn, photo, icon, sticker, emoji, video, audio, location, coupon, couponID, carousel, open,
	play, someone, everyone, quickReply, button string
}

func wordsOf(lang string) words {
	if lang == "en" {
		return words{
			unknown: "Unknown part", notDrawn: "Not drawn", photo: "Image", icon: "Icon", sticker: "Sticker",
			emoji: "LINE emoji", video: "Video", audio: "Audio", location: "Location", coupon: "Coupon",
			couponID: "Coupon ID", carousel: "Carousel, scrolls sideways", open: "Open", play: "Play",
			someone: "member", everyone: "All", quickReply: "Quick replies", button: "Button",
		}
	}
	return words{
		unknown: "不明な部品", notDrawn: "表示できない指定", photo: "画像", icon: "アイコン", sticker: "スタンプ",
		emoji: "LINE絵文字", video: "動画", audio: "音声", location: "位置情報", coupon: "クーポン",
		couponID: "クーポンID", carousel: "カルーセル（横にスクロールできます）", open: "開く", play: "再生",
		someone: "メンバー", everyone: "All", quickReply: "クイックリプライ", button: "ボタン",
	}
}

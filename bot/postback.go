package bot

import (
	"encoding/base64"
	"strconv"
	"strings"

	"osusume/bot/render"
	"osusume/dialog"
	"osusume/internal/ids"
	"osusume/internal/keyring"
)

// Postback data is: signature "." action "." issue time "." length of arg "." arg value. LINE hands it back as anybody could
// have sent it, so it is signed for the one person it was shown to. The data "stop" alone needs no signature: it can
// only help whoever presses it, and the door recognises it without a key.
const (
	stopData     = string(dialog.PressStopAll)
	buttonLifeMS = 30 * 24 * 60 * 60 * 1000
	signatureLen = 16 // 12 bytes in base64
)

// neverStale are the buttons whose age is judged elsewhere (by a nonce) or that only take something away from the shop:
// refusing data use must work from however old a message.
func neverStale(a dialog.Action) bool {
	switch a {
	case dialog.PressGrant, dialog.PressErase, dialog.PressRefuse, dialog.PressWithdraw, dialog.PressForget,
		dialog.PressGift, dialog.PressPause, dialog.PressFewer, dialog.PressHuman, dialog.PressKeep:
		return true
	default:
		return false
	}
}

// NewSigner gives the signer of buttons for one person, issued at nowMS.
func NewSigner(ring *keyring.Ring, subject ids.Subject, nowMS int64) render.Signer {
	issued := "." + strconv.FormatInt(nowMS/1000, 36) + "."
	return func(action dialog.Action, value, arg string) string {
		if action == dialog.PressStopAll {
			return stopData
		}
		value = escapeNUL.Replace(value)
		payload := string(action) + issued + strconv.Itoa(len(arg)) + "." + arg + value
		return base64.RawURLEncoding.EncodeToString(ring.Sign(subject, payload)) + "." + payload
	}
}

// Press reads postback data that came from the person at nowMS. What is forged, foreign, malformed or too old comes back
// as a stale press, which is answered politely and does nothing.
func Press(ring *keyring.Ring, subject ids.Subject, data string, nowMS int64) dialog.Pressed {
	if data == stopData {
		return dialog.Pressed{Action: dialog.PressStopAll}
	}
	signature, payload, ok := strings.Cut(data, ".")
	if !ok || len(signature) != signatureLen {
		return dialog.Pressed{Stale: true}
	}
	code, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || !ring.Verify(subject, payload, code) {
		return dialog.Pressed{Stale: true}
	}
	parts := strings.SplitN(payload, ".", 4)
	if len(parts) != 4 {
		return dialog.Pressed{Stale: true}
	}
	seconds, errTime := strconv.ParseInt(parts[1], 36, 64)
	argLen, errLen := strconv.Atoi(parts[2])
	if errTime != nil || errLen != nil || argLen < 0 || argLen > len(parts[3]) {
		return dialog.Pressed{Stale: true}
	}
	pressed := dialog.Pressed{
		Action: dialog.Action(parts[0]), Arg: parts[3][:argLen], Value: unescapeNUL.Replace(parts[3][argLen:]),
	}
	age := nowMS - seconds*1000
	pressed.Stale = (age > buttonLifeMS || age < -buttonLifeMS) && !neverStale(pressed.Action)
	return pressed
}

// A NUL, which dialog.FactPlanUse begins with, is not a character a chat service can be trusted to carry.
var (
	escapeNUL   = strings.NewReplacer("~", "~1", "\x00", "~0")
	unescapeNUL = strings.NewReplacer("~1", "~", "~0", "\x00")
)

package line

import (
	"context"
	"fmt"
	"net/http"
)

// Profile is what osusume takes from a person's profile. The name and the picture are left where they are.
type Profile struct {
	Language string `json:"language"` // BCP 47; empty when the person did not agree to give it
}

// Profile asks for a person's profile; fault.NotFound when the person is no friend, has blocked us, or is not there.
func (c *Client) Profile(ctx context.Context, userID string) (Profile, error) {
	var p Profile
	if err := checkUser("line: profile", userID); err != nil {
		return p, err
	}
	return p, c.get(ctx, "line: profile", "/v2/bot/profile/"+userID, &p)
}

// Bot is the shop's own LINE account.
type Bot struct {
	UserID         string `json:"userId"`
	BasicID        string `json:"basicId"`
	DisplayName    string `json:"displayName"`
	ChatMode       string `json:"chatMode"`
	MarkAsReadMode string `json:"markAsReadMode"`
}

// BotInfo asks for the account behind the token.
func (c *Client) BotInfo(ctx context.Context) (Bot, error) {
	var b Bot
	return b, c.get(ctx, "line: bot info", "/v2/bot/info", &b)
}

// Quota is how many counted messages the account's plan allows in a month.
type Quota struct {
	Limited bool
	Value   int64 // only when Limited
}

// Quota asks for the month's allowance.
func (c *Client) Quota(ctx context.Context) (Quota, error) {
	var q struct {
		Type  string `json:"type"`
		Value int64  `json:"value"`
	}
	if err := c.get(ctx, "line: quota", "/v2/bot/message/quota", &q); err != nil {
		return Quota{}, err
	}
	return Quota{Limited: q.Type == "limited", Value: q.Value}, nil
}

// Consumption asks how many counted messages went out this month. LINE calls the figure approximate.
func (c *Client) Consumption(ctx context.Context) (int64, error) {
	var u struct {
		TotalUsage int64 `json:"totalUsage"`
	}
	return u.TotalUsage, c.get(ctx, "line: consumption", "/v2/bot/message/quota/consumption", &u)
}

// StartLoading shows the waiting animation in a person's chat for up to the seconds, which LINE wants as a multiple of 5
// from 5 to 60.
func (c *Client) StartLoading(ctx context.Context, userID string, seconds int) error {
	const op = "line: start loading"
	if err := checkUser(op, userID); err != nil {
		return err
	}
	seconds = min(max((seconds+4)/5*5, 5), 60)
	body := fmt.Appendf(nil, `{"chatId":%q,"loadingSeconds":%d}`, userID, seconds)
	if _, e := c.call(ctx, http.MethodPost, "/v2/bot/chat/loading/start", body, ""); e != nil {
		return e.fault(op)
	}
	return nil
}

package simpage

import (
	"encoding/json"
	"net/http"
	"net/url"
	"sync"
	"time"

	"osusume/internal/linesim"
)

// faultSettings is what is wrong with the platform now. Shares are 0 to 1.
type faultSettings struct {
	Endpoint   string  `json:"endpoint"`   // such as "POST /v2/bot/message/reply"; empty means all
	Share      float64 `json:"share"`      // of the calls; 0 counts as 1
	SlowMS     int     `json:"slowMs"`     // before a call is done
	Status     int     `json:"status"`     // answered instead of doing it: 429, 500 …
	Message    string  `json:"message"`    // … with this text
	AcceptThen int     `json:"acceptThen"` // answered after doing it
	Drop       bool    `json:"drop"`       // the connection is cut before anything is done
	AcceptDrop bool    `json:"acceptDrop"` // … after it was done

	Duplicate float64 `json:"duplicate"` // webhooks posted twice
	Redeliver float64 `json:"redeliver"` // webhooks accepted and redelivered all the same
	Late      float64 `json:"late"`      // webhooks overtaken by later ones
}

type faultSwitches struct {
	mu  sync.Mutex
	set faultSettings
}

func (f *faultSwitches) read() faultSettings {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.set
}

// maxSlow keeps a slip of the pen from holding connections for hours.
const maxSlow = 120_000

func (p *Page) setFaults(r *http.Request) (any, error) {
	var f faultSettings
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	for _, status := range []int{f.Status, f.AcceptThen} {
		if status != 0 && (status < 400 || status > 599) {
			return nil, wrong("status and acceptThen must be from 400 to 599, or 0 for none")
		}
	}
	for _, share := range []float64{f.Share, f.Duplicate, f.Redeliver, f.Late} {
		if share < 0 || share > 1 {
			return nil, wrong("shares must be from 0 to 1")
		}
	}
	if f.SlowMS < 0 || f.SlowMS > maxSlow {
		return nil, wrong("slowMs must be from 0 to %d", maxSlow)
	}
	p.faults.mu.Lock()
	p.faults.set = f
	p.faults.mu.Unlock()
	fault := linesim.Fault{
		Delay: time.Duration(f.SlowMS) * time.Millisecond, Status: f.Status, Message: f.Message, AcceptThen: f.AcceptThen,
		Drop: f.Drop, AcceptThenDrop: f.AcceptDrop,
	}
	switch {
	case fault == (linesim.Fault{}):
		p.sim.SetFaults(nil)
	case f.Share == 0 || f.Share == 1:
		p.sim.SetFaults(linesim.On(f.Endpoint, 1, 0, fault))
	default:
		p.sim.SetFaults(linesim.Sometimes(f.Endpoint, f.Share, fault))
	}
	p.sim.SetWebhookFaults(linesim.WebhookFaults{Duplicate: f.Duplicate, Again: f.Redeliver, Late: f.Late})
	return f, nil
}

func (p *Page) setWebhook(r *http.Request) (any, error) {
	var v struct{ URL string }
	if err := decode(r, &v); err != nil {
		return nil, err
	}
	if p.cfg.FixedWebhook {
		return nil, problem{http.StatusForbidden, "the webhook of this simulator is its own bot's; run osusume simulate for another bot"}
	}
	if u, err := url.Parse(v.URL); v.URL != "" && (err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "") {
		return nil, wrong("url must be http:// or https://, or empty to turn the webhook off")
	}
	p.sim.SetWebhookURL(v.URL)
	return map[string]any{"url": v.URL, "active": v.URL != ""}, nil
}

// verify is the Verify button of LINE's console.
func (p *Page) verify(r *http.Request) (any, error) {
	return webhookOf(p.sim.TestWebhook(r.Context())), nil
}

// moveTime moves the platform's time; it goes on from there.
func (p *Page) moveTime(r *http.Request) (any, error) {
	var v struct{ Advance string }
	if err := decode(r, &v); err != nil {
		return nil, err
	}
	d, err := time.ParseDuration(v.Advance)
	if err != nil {
		return nil, wrong("advance must be a duration such as 61s, 20m or 24h; a negative one goes back")
	}
	p.sim.Advance(d)
	return map[string]int64{"now": p.sim.Now().UnixMilli()}, nil
}

func (p *Page) setQuota(r *http.Request) (any, error) {
	var v struct{ Limit, Used int }
	if err := decode(r, &v); err != nil {
		return nil, err
	}
	if v.Limit < 0 || v.Used < 0 {
		return nil, wrong("limit and used must not be negative")
	}
	p.sim.SetQuota(v.Limit, v.Used)
	return v, nil
}

// validate checks message objects by LINE's rules, as its validate endpoints do, without a token.
func (p *Page) validate(r *http.Request) (any, error) {
	var v struct{ Messages json.RawMessage }
	if err := decode(r, &v); err != nil {
		return nil, err
	}
	if len(v.Messages) == 0 {
		return nil, wrong("messages is required: an array of message objects")
	}
	bad := linesim.ValidateMessages(v.Messages)
	return map[string]any{"valid": bad == nil, "problem": bad}, nil
}

package linesim_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"osusume/internal/linesim"
)

func TestABroadcastAndANarrowcastReachFriends(t *testing.T) {
	t.Parallel()
	const key = "123e4567-e89b-12d3-a456-426614174000"
	r := setup(t, linesim.Config{}, nil)
	r.AddUser(linesim.UserID("taro"), "たろう", "")
	r.Follow(user)
	r.want(r.call("POST", "/v2/bot/message/broadcast", `{"messages":[{"type":"text","text":"x"}]}`), 200, "{}")
	sent := r.call("POST", "/v2/bot/message/narrowcast", `{"messages":[{"type":"text","text":"y"}]}`, "X-Line-Retry-Key", key)
	r.want(sent, 202, "{}")
	r.want(r.call("POST", "/v2/bot/message/narrowcast", `{"messages":[{"type":"text","text":"y"}]}`, "X-Line-Retry-Key", key), 409, "already accepted")
	progress := "/v2/bot/message/progress/narrowcast?requestId=" + sent.header.Get("X-Line-Request-Id")
	r.want(r.call("GET", progress, ""), 200, `"phase":"sending"`)
	r.Advance(time.Minute)
	r.want(r.call("GET", progress, ""), 200, `"successCount":1`)
	r.want(r.call("GET", "/v2/bot/message/progress/narrowcast?requestId=x", ""), 404, "")
	if len(r.Messages(user)) != 2 || len(r.Messages(linesim.UserID("taro"))) != 0 {
		t.Error("wrong receivers")
	}
	r.want(r.call("POST", "/v2/bot/message/broadcast", `{"messages":[]}`), 400, "messages")
	day := r.Now().In(time.FixedZone("JST", 9*3600)).Format("20060102")
	r.want(r.call("GET", "/v2/bot/message/delivery/broadcast?date="+day, ""), 200, `{"status":"unready"}`)
	r.Advance(24 * time.Hour)
	r.want(r.call("GET", "/v2/bot/message/delivery/broadcast?date="+day, ""), 200, `{"status":"ready","success":1}`)
	r.want(r.call("GET", "/v2/bot/message/delivery/push?date=tomorrow", ""), 400, "date")
}

func TestAggregationUnitsAreCheckedAndListed(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{}, nil)
	r.Follow(user)
	push := func(units string) result {
		return r.call("POST", "/v2/bot/message/push", `{"to":"`+user+`","messages":[{"type":"text","text":"x"}],"customAggregationUnits":`+units+`}`)
	}
	r.want(push(`["spring_1"]`), 200, "")
	r.want(push(`["with-hyphen"]`), 400, "customAggregationUnits")
	r.want(push(`["a","b"]`), 400, "customAggregationUnits")
	r.want(r.call("GET", "/v2/bot/message/aggregation/info", ""), 200, `{"numOfCustomAggregationUnits":1}`)
	r.want(r.call("GET", "/v2/bot/message/aggregation/list", ""), 200, `{"customAggregationUnits":["spring_1"]}`)
}

func TestRichMenusAreMadeGivenAnImageAndShown(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{}, nil)
	const menu = `{"size":{"width":2500,"height":843},"selected":false,"name":"n","chatBarText":"メニュー","areas":[{"bounds":{"x":0,"y":0,"width":100,"height":100},"action":{"type":"message","label":"a","text":"b"}}]}`
	for _, x := range []struct{ from, to, at string }{
		{`"width":2500`, `"width":799`, "size.width"}, {`"height":843`, `"height":2500`, `"size"`}, {`"メニュー"`, `"` + strings.Repeat("あ", 15) + `"`, "chatBarText"},
		{`"x":0`, `"x":2450`, "areas[0].bounds"}, {`"type":"message",`, ``, "areas[0].action"},
	} {
		r.want(r.call("POST", "/v2/bot/richmenu", strings.Replace(menu, x.from, x.to, 1)), 400, x.at)
	}
	r.want(r.call("POST", "/v2/bot/richmenu/validate", menu), 200, "{}")
	made := r.call("POST", "/v2/bot/richmenu", menu)
	r.want(made, 200, `{"richMenuId":"richmenu-`)
	var v struct{ RichMenuID string }
	if err := json.Unmarshal([]byte(made.body), &v); err != nil {
		t.Fatal(err)
	}
	id, one := v.RichMenuID, "/v2/bot/richmenu/"+v.RichMenuID
	r.want(r.call("POST", "/v2/bot/user/all/richmenu/"+id, ""), 400, "must upload richmenu image")
	png := "\x89PNG\x0D\x0A\x1A\x0Arest"
	r.want(r.call("POST", one+"/content", png, "Content-Type", "image/jpeg"), 400, "")
	r.want(r.call("POST", one+"/content", png, "Content-Type", "image/png"), 200, "{}")
	r.want(r.call("POST", one+"/content", png, "Content-Type", "image/png"), 400, "already been uploaded")
	r.want(r.call("GET", one+"/content", ""), 200, "PNG")
	r.want(r.call("GET", one, ""), 200, `"richMenuId":"`+id)
	r.want(r.call("GET", "/v2/bot/user/all/richmenu", ""), 404, "no default richmenu")
	r.want(r.call("POST", "/v2/bot/user/all/richmenu/"+id, ""), 200, "{}")
	r.want(r.call("GET", "/v2/bot/user/all/richmenu", ""), 200, id)
	r.want(r.call("GET", "/v2/bot/user/"+user+"/richmenu", ""), 404, "the user has no richmenu")
	r.want(r.call("POST", "/v2/bot/richmenu/bulk/link", `{"richMenuId":"`+id+`","userIds":["`+user+`"]}`), 202, "{}")
	r.want(r.call("GET", "/v2/bot/user/"+user+"/richmenu", ""), 200, id)
	r.want(r.call("DELETE", "/v2/bot/user/"+user+"/richmenu", ""), 200, "{}")
	r.want(r.call("POST", "/v2/bot/user/"+user+"/richmenu/"+id, ""), 200, "{}")
	r.want(r.call("POST", "/v2/bot/richmenu/alias", `{"richMenuAliasId":"tab-a","richMenuId":"`+id+`"}`), 200, "{}")
	r.want(r.call("POST", "/v2/bot/richmenu/alias", `{"richMenuAliasId":"tab-a","richMenuId":"`+id+`"}`), 400, "conflict richmenu alias id")
	r.want(r.call("GET", "/v2/bot/richmenu/alias/list", ""), 200, `{"aliases":[{"richMenuAliasId":"tab-a"`)
	r.want(r.call("DELETE", "/v2/bot/richmenu/alias/tab-a", ""), 200, "{}")
	r.want(r.call("GET", "/v2/bot/richmenu/alias/tab-a", ""), 404, "richmenu alias not found")
	r.want(r.call("DELETE", one, ""), 200, "{}")
	r.want(r.call("GET", "/v2/bot/richmenu/list", ""), 200, `{"richmenus":[]}`)
	r.want(r.call("GET", "/v2/bot/user/"+user+"/richmenu", ""), 404, "")
}

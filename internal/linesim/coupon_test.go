package linesim_test

import (
	"encoding/json"
	"strings"
	"testing"

	"osusume/internal/linesim"
)

func TestCouponsAreMadeReadAndClosed(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{}, nil)
	const body = `{"acquisitionCondition":{"type":"normal"},"startTimestamp":1,"endTimestamp":2,"maxUseCountPerTicket":1,"title":"春","visibility":"UNLISTED","timezone":"ASIA_TOKYO"}`
	r.want(r.call("POST", "/v2/bot/coupon", strings.Replace(body, `"春"`, `"`+strings.Repeat("a", 61)+`"`, 1)), 400, `"property":"title"`)
	r.want(r.call("POST", "/v2/bot/coupon", `{}`), 400, `"property":"acquisitionCondition"`)
	r.want(r.call("POST", "/v2/bot/coupon", strings.Replace(body, `"endTimestamp":2`, `"endTimestamp":1`, 1)), 400, "endTimestamp")
	made := r.call("POST", "/v2/bot/coupon", body)
	r.want(made, 200, "couponId")
	var v struct{ CouponID string }
	if err := json.Unmarshal([]byte(made.body), &v); err != nil {
		t.Fatal(err)
	}
	r.want(r.call("GET", "/v2/bot/coupon/"+v.CouponID, ""), 200, `"status":"RUNNING"`)
	r.want(r.call("GET", "/v2/bot/coupon?limit=1", ""), 200, `{"items":[{"couponId":"`+v.CouponID+`","title":"春"}]}`)
	r.want(r.call("PUT", "/v2/bot/coupon/"+v.CouponID+"/close", ""), 200, "{}")
	r.want(r.call("PUT", "/v2/bot/coupon/"+v.CouponID+"/close", ""), 410, "")
	r.want(r.call("GET", "/v2/bot/coupon?status=RUNNING", ""), 200, `{"items":[]}`)
	r.want(r.call("GET", "/v2/bot/coupon/none", ""), 404, "")
}

package linesim

import (
	"strings"
	"sync"
)

// routes is every endpoint of the two hosts. One without a handler is known to LINE but not to this platform, and
// answers 501; a path that is not here answers 404.
func routes() []route {
	r := func(method, path string, h handler) route { return route{method: method, path: path, handle: h} }
	open := func(method, path string, h handler) route {
		return route{method: method, path: path, handle: h, open: true}
	}
	list := []route{
		r("POST", "/v2/bot/message/reply", (*Sim).reply),
		r("POST", "/v2/bot/message/push", (*Sim).push),
		r("POST", "/v2/bot/message/multicast", (*Sim).multicast),
		r("POST", "/v2/bot/message/broadcast", (*Sim).broadcast),
		r("POST", "/v2/bot/message/narrowcast", (*Sim).narrowcast),
		r("GET", "/v2/bot/message/progress/narrowcast", (*Sim).narrowcastProgress),
		r("GET", "/v2/bot/message/delivery/reply", deliveredCount("reply")),
		r("GET", "/v2/bot/message/delivery/push", deliveredCount("push")),
		r("GET", "/v2/bot/message/delivery/multicast", deliveredCount("multicast")),
		r("GET", "/v2/bot/message/delivery/broadcast", deliveredCount("broadcast")),
		r("GET", "/v2/bot/message/aggregation/info", (*Sim).aggregationInfo),
		r("GET", "/v2/bot/message/aggregation/list", (*Sim).aggregationList),
		r("POST", "/v2/bot/coupon", (*Sim).makeCoupon),
		r("GET", "/v2/bot/coupon", (*Sim).listCoupons),
		r("GET", "/v2/bot/coupon/{couponId}", (*Sim).getCoupon),
		r("PUT", "/v2/bot/coupon/{couponId}/close", (*Sim).closeCoupon),
		r("POST", "/v2/bot/message/validate/reply", (*Sim).validate),
		r("POST", "/v2/bot/message/validate/push", (*Sim).validate),
		r("POST", "/v2/bot/message/validate/multicast", (*Sim).validate),
		r("POST", "/v2/bot/message/validate/narrowcast", (*Sim).validate),
		r("POST", "/v2/bot/message/validate/broadcast", (*Sim).validate),
		r("GET", "/v2/bot/message/quota", (*Sim).quotaInfo),
		r("GET", "/v2/bot/message/quota/consumption", (*Sim).consumption),
		r("GET", "/v2/bot/message/{messageId}/content", (*Sim).content),
		r("GET", "/v2/bot/message/{messageId}/content/preview", (*Sim).content),
		r("GET", "/v2/bot/message/{messageId}/content/transcoding", (*Sim).transcoding),
		r("GET", "/v2/bot/profile/{userId}", (*Sim).profile),
		r("GET", "/v2/bot/followers/ids", (*Sim).followers),
		r("GET", "/v2/bot/info", (*Sim).botInfo),
		r("POST", "/v2/bot/chat/loading/start", (*Sim).loading),
		r("POST", "/v2/bot/chat/markAsRead", (*Sim).markAsRead),
		r("POST", "/v2/bot/user/{userId}/linkToken", (*Sim).issueLinkToken),
		r("GET", "/v2/bot/channel/webhook/endpoint", (*Sim).getEndpoint),
		r("PUT", "/v2/bot/channel/webhook/endpoint", (*Sim).putEndpoint),
		r("POST", "/v2/bot/channel/webhook/test", (*Sim).testEndpoint),
		r("GET", "/v2/bot/group/{groupId}/summary", (*Sim).groupSummary),
		r("GET", "/v2/bot/group/{groupId}/members/count", (*Sim).memberCount),
		r("GET", "/v2/bot/group/{groupId}/members/ids", (*Sim).memberIDs),
		r("GET", "/v2/bot/group/{groupId}/member/{userId}", (*Sim).memberProfile),
		r("POST", "/v2/bot/group/{groupId}/leave", (*Sim).leave),
		r("GET", "/v2/bot/room/{roomId}/members/count", (*Sim).memberCount),
		r("GET", "/v2/bot/room/{roomId}/members/ids", (*Sim).memberIDs),
		r("GET", "/v2/bot/room/{roomId}/member/{userId}", (*Sim).memberProfile),
		r("POST", "/v2/bot/room/{roomId}/leave", (*Sim).leave),
		open("POST", "/oauth2/v3/token", (*Sim).statelessToken),
		open("POST", "/v2/oauth/accessToken", (*Sim).shortToken),
		open("POST", "/v2/oauth/verify", (*Sim).verifyToken),
		open("POST", "/v2/oauth/revoke", (*Sim).revokeToken),
	}
	list = append(list, menuRoutes()...)
	for _, line := range strings.Fields(unsupported) {
		method, path, _ := strings.Cut(line, ":")
		list = append(list, r(method, path, nil))
	}
	return list
}

// unsupported endpoints exist on LINE's side.
const unsupported = `
GET:/v2/bot/message/delivery/pnp
POST:/v2/bot/message/markAsRead POST:/bot/pnp/push
POST:/v2/bot/richmenu/batch POST:/v2/bot/richmenu/validate/batch GET:/v2/bot/richmenu/progress/batch
GET:/v2/bot/membership/subscription/{userId} GET:/v2/bot/membership/list GET:/v2/bot/membership/{membershipId}/users/ids
POST:/oauth2/v2.1/token GET:/oauth2/v2.1/verify POST:/oauth2/v2.1/revoke GET:/oauth2/v2.1/tokens/kid
`

var exactRoutes = sync.OnceValue(func() map[string]route {
	m := map[string]route{}
	for _, r := range routes() {
		if !strings.Contains(r.path, "{") {
			m[r.endpoint()] = r
		}
	}
	return m
})

var patternRoutes = sync.OnceValue(func() []route {
	var list []route
	for _, r := range routes() {
		if strings.Contains(r.path, "{") {
			list = append(list, r)
		}
	}
	return list
})

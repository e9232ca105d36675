package linesim

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"unicode/utf16"
)

// coupons is what the coupon endpoints know, oldest first.
type coupons struct {
	mu   sync.Mutex
	list []*coupon
}

type coupon struct {
	id     string
	fields map[string]any
	status string // RUNNING or CLOSED
}

const maxCoupons = 5000

// checkCoupon holds a new coupon against LINE's rules (line-platform §3.5).
func checkCoupon(v map[string]any) *APIError {
	var bad []ErrorDetail
	fail := func(property, message string) { bad = append(bad, ErrorDetail{Message: message, Property: property}) }
	for _, name := range []string{"acquisitionCondition", "endTimestamp", "maxUseCountPerTicket", "startTimestamp", "title", "visibility", "timezone"} {
		if v[name] == nil {
			fail(name, "May not be empty")
		}
	}
	for name, most := range map[string]int{"title": 60, "description": 1000, "usageCondition": 100} {
		if s, ok := v[name].(string); ok && len(utf16.Encode([]rune(s))) > most {
			fail(name, sizeText("Length", 0, most))
		}
	}
	if s, ok := v["visibility"].(string); ok && s != "UNLISTED" && s != "PUBLIC" {
		fail("visibility", "Must be one of: UNLISTED, PUBLIC")
	}
	from, okFrom := v["startTimestamp"].(float64)
	to, okTo := v["endTimestamp"].(float64)
	if okFrom && okTo && to <= from {
		fail("endTimestamp", "Must be later than startTimestamp")
	}
	if len(bad) == 0 {
		return nil
	}
	slices.SortFunc(bad, func(a, b ErrorDetail) int { return slices.Compare([]byte(a.Property), []byte(b.Property)) })
	return &APIError{Status: http.StatusBadRequest, Message: fmt.Sprintf("The request body has %d error(s)", len(bad)), Details: bad}
}

func (s *Sim) makeCoupon(c *call) response {
	var v map[string]any
	if json.Unmarshal(c.body, &v) != nil || v == nil {
		return failure(http.StatusBadRequest, "The request body could not be parsed as JSON (line: 1, column: 1)")
	}
	if bad := checkCoupon(v); bad != nil {
		return refuse(bad)
	}
	s.coupons.mu.Lock()
	defer s.coupons.mu.Unlock()
	if len(s.coupons.list) >= maxCoupons {
		return failure(http.StatusBadRequest, "The maximum number of coupons has been reached")
	}
	id := s.ulid(s.Now())
	s.coupons.list = append(s.coupons.list, &coupon{id: id, fields: v, status: "RUNNING"})
	return answer(http.StatusOK, map[string]string{"couponId": id})
}

// coupon finds one; the caller holds the lock.
func (l *coupons) find(id string) *coupon {
	if i := slices.IndexFunc(l.list, func(c *coupon) bool { return c.id == id }); i >= 0 {
		return l.list[i]
	}
	return nil
}

func (s *Sim) getCoupon(c *call) response {
	s.coupons.mu.Lock()
	defer s.coupons.mu.Unlock()
	found := s.coupons.find(c.params[0])
	if found == nil {
		return failure(http.StatusNotFound, "Not found")
	}
	out := maps.Clone(found.fields)
	out["couponId"], out["status"] = found.id, found.status
	return answer(http.StatusOK, out)
}

func (s *Sim) closeCoupon(c *call) response {
	s.coupons.mu.Lock()
	defer s.coupons.mu.Unlock()
	found := s.coupons.find(c.params[0])
	switch {
	case found == nil:
		return failure(http.StatusNotFound, "Not found")
	case found.status == "CLOSED":
		return failure(http.StatusGone, "The coupon is closed already")
	}
	found.status = "CLOSED"
	return response{status: http.StatusOK, body: okEmpty, mime: jsonMIME}
}

func (s *Sim) listCoupons(c *call) response {
	query := c.r.URL.Query()
	limit := 20
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 100 {
			return failure(http.StatusBadRequest, "The value for the 'limit' parameter is invalid")
		}
		limit = n
	}
	s.coupons.mu.Lock()
	defer s.coupons.mu.Unlock()
	type item struct {
		ID    string `json:"couponId"`
		Title any    `json:"title"`
	}
	out := map[string]any{}
	page := []item{}
	for _, found := range slices.Backward(s.coupons.list) { // the newest first
		if start := query.Get("start"); start != "" && found.id > start {
			continue
		}
		if wanted := query["status"]; len(wanted) > 0 && !slices.Contains(wanted, found.status) {
			continue
		}
		if len(page) == limit {
			out["next"] = found.id
			break
		}
		page = append(page, item{found.id, found.fields["title"]})
	}
	out["items"] = page
	return answer(http.StatusOK, out)
}

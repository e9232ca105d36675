package app

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"osusume/offers"
)

// reasonText says for staff, in English, what an offer rests on: the facts, and the numbers as they were counted.
func reasonText(r offers.Reason, zone *time.Location) string {
	day := func(ms int64) string { return time.UnixMilli(ms).In(zone).Format(time.DateOnly) }
	var parts []string
	for _, f := range r.Facts {
		switch {
		case f.Plan:
			parts = append(parts, "from the use of the plan")
		default:
			parts = append(parts, fmt.Sprintf("bought %s (%s) on %s", f.Name, f.SKU, day(f.AtMS)))
		}
	}
	if r.Buyers > 0 {
		counted := strconv.Itoa(r.Buyers) + " customers"
		if r.OfBuyers > 0 {
			counted = fmt.Sprintf("%d of %d customers who bought it", r.Buyers, r.OfBuyers)
		}
		if r.FromMS != 0 && r.ToMS != 0 {
			counted += fmt.Sprintf(", %s to %s", day(r.FromMS), day(r.ToMS))
		}
		parts = append(parts, counted)
	}
	if r.DueMS != 0 {
		parts = append(parts, fmt.Sprintf("used up every %d days, due %s", r.Days, day(r.DueMS)))
	}
	if r.Price != 0 {
		parts = append(parts, fmt.Sprintf("%+d円 against %s円", int64(r.Differs), r.Price))
	}
	for _, u := range r.Uses {
		limit := "unlimited"
		if !u.Without {
			limit = number(u.Limit)
		}
		parts = append(parts, fmt.Sprintf("%s: %s of %s a month", u.Name, number(u.Used), limit))
	}
	if len(parts) == 0 {
		return "no reason beyond being in the catalog"
	}
	return strings.Join(parts, "; ")
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

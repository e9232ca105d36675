package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"osusume/db"
	"osusume/dialog"
	"osusume/internal/clock"
	"osusume/internal/consent"
	"osusume/internal/ids"
	"osusume/internal/phrase"
	"osusume/offers"
)

const recommendExample = `osusume recommend --customer c-1024
osusume recommend --customer c-1024 --topic コーヒーに合うもの --at 2026-12-01T10:00:00+09:00 --explain`

// recommended is what `recommend --json` prints.
type recommended struct {
	Customer string         `json:"customer"`
	At       string         `json:"at"`
	Linked   bool           `json:"linked"`
	Personal bool           `json:"personal"` // own purchases were used
	Basis    string         `json:"basis"`    // one sentence: what was allowed to be used
	Topic    string         `json:"topic,omitempty"`
	Offers   []offerLine    `json:"offers"`
	Plan     *planLine      `json:"plan,omitempty"`
	Withheld []withheldLine `json:"withheld,omitempty"`
}

type offerLine struct {
	SKU      string  `json:"sku,omitempty"`
	Plan     string  `json:"plan,omitempty"`
	Name     string  `json:"name"`
	Price    int64   `json:"price"`
	Strategy string  `json:"strategy"`
	Reason   string  `json:"reason"`
	Score    float64 `json:"score"`
}

type planLine struct {
	Current string    `json:"current"`
	Advice  string    `json:"advice"`
	Offer   offerLine `json:"offer"`
	Differs int64     `json:"differs_per_month"` // yen; negative is cheaper
}

type withheldLine struct {
	SKU      string `json:"sku,omitempty"`
	Plan     string `json:"plan,omitempty"`
	Strategy string `json:"strategy"`
	Guard    string `json:"guard"`
	Why      string `json:"why"`
}

// recommendQuestion is what the flags ask.
type recommendQuestion struct {
	customer ids.Customer
	at       time.Time
	topic    string
	explain  bool
}

// runRecommend is the command recommend.
func runRecommend(ctx context.Context, inv invocation) error {
	line := newCommandLine("recommend --customer ID [--at TIME] [--topic TEXT] [--explain] [--json]",
		"Says what this customer would be offered in the chat, and why. Purchases are used only under the customer's own\ngrant, as in the chat; without one the offers are the general ones.",
		recommendExample, dataSettings...)
	customer := line.set.String("customer", "", "the shop's `id` of the customer")
	at := line.set.String("at", "", "the `time` to decide at: RFC 3339 or YYYY-MM-DD[ HH:MM[:SS]] in the shop's zone (default now)")
	topic := line.set.String("topic", "", "the customer's words, as the `text` of a message")
	explain := line.set.Bool("explain", false, "show also what was withheld and why")
	asJSON := line.set.Bool("json", false, "print one JSON value")
	words, err := line.parse(inv)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return usageError{"takes flags only"}
	}
	if *customer == "" {
		return usageError{"--customer is needed"}
	}
	settings, err := line.load(inv.env)
	if err != nil {
		return err
	}
	question := recommendQuestion{customer: ids.Customer(*customer), at: clock.System{}.Now(), topic: *topic, explain: *explain}
	if *at != "" {
		if question.at, err = parseTime(*at, settings.Timezone); err != nil {
			return usageError{"--at must be RFC 3339 or YYYY-MM-DD[ HH:MM[:SS]]"}
		}
	}
	store, err := openForCommand(ctx, settings)
	if err != nil {
		return err
	}
	answer, err := recommend(ctx, store, settings, question)
	if err := errors.Join(err, store.Close()); err != nil {
		return err
	}
	if *asJSON {
		return writeJSON(inv.stdout, answer)
	}
	return printRecommended(inv.stdout, answer, *explain)
}

// parseTime reads a time as import files spell it.
func parseTime(text string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	for _, layout := range []string{time.DateTime, "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errors.New("not a time")
}

func recommend(ctx context.Context, store *db.Store, settings Settings, q recommendQuestion) (recommended, error) {
	nowMS := q.at.UnixMilli()
	view, err := store.CustomerRequest(ctx, q.customer, nowMS, phrase.NoticeVersion)
	unknown := isNotFound(err)
	if err != nil && !unknown {
		return recommended{}, err
	}
	catalog, err := loadCatalog(ctx, store)
	if err != nil {
		return recommended{}, err
	}
	learned, err := loadLearned(ctx, store, catalog)
	if err != nil {
		return recommended{}, err
	}
	model := offers.NewModel(catalog, learned)
	request := offers.Request{NowMS: nowMS, Zone: zoneOffset(settings.Timezone), History: view.History, Marks: view.Marks, Limit: 3, Explain: q.explain}
	if q.topic != "" {
		if request.Topic = dialog.Recognise(q.topic).Topic; request.Topic == "" {
			request.Topic = q.topic
		}
	}
	out := recommended{
		Customer: string(q.customer), At: q.at.In(settings.Timezone).Format(time.RFC3339), Linked: view.Subject != "", Topic: request.Topic,
		Offers: []offerLine{},
	}
	switch {
	case unknown:
		out.Basis = "general offers: this customer is not linked to a LINE account"
	case view.Subject == "":
		out.Basis = "general offers: the customer is not linked to a LINE account"
	case view.History == nil:
		out.Basis = "general offers: the customer has not granted purchase_history"
	case consent.TooYoung(view.History.BirthYear, q.at.In(settings.Timezone).Year()):
		out.Basis, request.History = fmt.Sprintf("general offers: the customer is under %d", consent.MinimumAge), nil
	default:
		out.Basis = fmt.Sprintf("%d purchases of the 24 months up to the latest, under the customer's grant", len(view.History.Purchases))
	}
	decision := model.Recommend(request)
	out.Personal = decision.Personal
	for _, o := range decision.Offers {
		out.Offers = append(out.Offers, lineOf(o, settings.Timezone))
	}
	for _, w := range decision.Withheld {
		out.Withheld = append(out.Withheld, withheldLine{string(w.SKU), string(w.Plan), string(w.Strategy), w.Guard, w.Why})
	}
	if request.History != nil {
		out.Plan = planOf(model.ComparePlans(request), settings.Timezone)
	}
	return out, nil
}

func lineOf(o offers.Offer, zone *time.Location) offerLine {
	return offerLine{
		SKU: string(o.SKU), Plan: string(o.Plan), Name: o.Name, Price: int64(o.Price), Strategy: string(o.Strategy),
		Reason: reasonText(o.Reason, zone), Score: o.Score,
	}
}

func planOf(d offers.PlanDecision, zone *time.Location) *planLine {
	if d.Strategy == "" {
		return nil
	}
	return &planLine{
		Current: string(d.Current.ID), Advice: string(d.Strategy), Offer: lineOf(d.Offer, zone), Differs: int64(d.Offer.Reason.Differs),
	}
}

func printRecommended(w io.Writer, r recommended, explain bool) error {
	fmt.Fprintf(w, "customer %s at %s\n%s\n", r.Customer, r.At, r.Basis)
	if len(r.Offers) == 0 {
		fmt.Fprintln(w, "\nnothing fits")
	}
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for i, o := range r.Offers {
		fmt.Fprintf(table, "\n%d\t%s\t%s円\t%s\t%s\n", i+1, o.SKU+o.Plan, ids.Yen(o.Price), o.Name, o.Strategy)
		fmt.Fprintf(table, "\t%s\n", o.Reason)
	}
	if r.Plan != nil {
		fmt.Fprintf(table, "\nplan\t%s\t%s\t%s\t%+d円 a month\n", r.Plan.Current, r.Plan.Advice, r.Plan.Offer.Plan, r.Plan.Differs)
		fmt.Fprintf(table, "\t%s\n", r.Plan.Offer.Reason)
	}
	if explain {
		fmt.Fprintf(table, "\nwithheld: %d\n", len(r.Withheld))
		for _, h := range r.Withheld {
			fmt.Fprintf(table, "\t%s\t%s\t%s\t%s\n", h.SKU+h.Plan, h.Strategy, h.Guard, h.Why)
		}
	}
	return table.Flush()
}

package consent

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"osusume/db/dialect"
	"osusume/internal/consent"
	"osusume/internal/fault"
	"osusume/internal/ids"
)

// Erase withdraws every purpose, leaves a tombstone and removes what was asked. The ledger's records stay: they name a
// keyed pseudonym only and are the proof that the shop must keep. db/purchase.Erase follows in the same transaction,
// since a purchase can be deleted only behind a tombstone.
func Erase(ctx context.Context, tx *dialect.Tx, subjects []ids.Subject, nowMS int64) error {
	if len(subjects) == 0 {
		return nil
	}
	events := make([]consent.Event, 0, len(subjects))
	for _, s := range subjects {
		events = append(events, consent.Event{
			ID: "erase/" + string(s) + "/" + strconv.FormatInt(nowMS, 10), Subject: s, State: consent.Withdrawn, Purposes: ids.Purposes(),
			AtMS: nowMS, ReceivedMS: nowMS, Method: consent.BySystem, Actor: "customer",
		})
	}
	if err := Append(ctx, tx, events); err != nil {
		return err
	}
	digests, err := linkedDigests(ctx, tx, subjects)
	if err != nil {
		return err
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(subjects)))
	if _, err := tx.Exec(ctx, `INSERT INTO tombstone AS t (subject, customer_digest, erased_ms) SELECT s.subject, s.customer_digest, CAST($1 AS bigint) FROM {set}
		WHERE true ON CONFLICT (subject) DO UPDATE SET erased_ms = excluded.erased_ms,
			customer_digest = CASE WHEN excluded.customer_digest = '' THEN t.customer_digest ELSE excluded.customer_digest END`,
		nowMS, dialect.Rows(dialect.Text("subject", distinct),
			dialect.Text("customer_digest", dialect.Of(distinct, func(s *ids.Subject) string { return digests[*s] })))); err != nil {
		return fmt.Errorf("consent: erase: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM ask WHERE subject IN (SELECT s.subject FROM {set})`, subjectSet(subjects)); err != nil {
		return fmt.Errorf("consent: erase: %w", err)
	}
	return nil
}

func linkedDigests(ctx context.Context, tx *dialect.Tx, subjects []ids.Subject) (map[ids.Subject]string, error) {
	var links []struct {
		Subject  string `db:"subject"`
		Customer string `db:"customer"`
	}
	if err := tx.Select(ctx, &links, `SELECT l.subject, l.customer FROM {set} JOIN link l ON l.subject = s.subject`, subjectSet(subjects)); err != nil {
		return nil, fmt.Errorf("consent: erase: %w", err)
	}
	out := map[ids.Subject]string{}
	if len(links) == 0 {
		return out, nil
	}
	secret, err := tombstoneSecret(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, l := range links {
		out[ids.Subject(l.Subject)] = customerDigest(secret, ids.Customer(l.Customer))
	}
	return out, nil
}

// tombstoneSecret makes the secret with the first erasure.
func tombstoneSecret(ctx context.Context, tx *dialect.Tx) ([]byte, error) {
	var secret [32]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return nil, fmt.Errorf("consent: tombstone: %w", err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO tombstone_key (id, secret) VALUES (1, $1) ON CONFLICT DO NOTHING`, secret[:]); err != nil {
		return nil, fmt.Errorf("consent: tombstone: %w", err)
	}
	var stored []byte
	if err := tx.Get(ctx, &stored, `SELECT secret FROM tombstone_key WHERE id = 1`); err != nil {
		return nil, fmt.Errorf("consent: tombstone: %w", err)
	}
	return stored, nil
}

func customerDigest(secret []byte, customer ids.Customer) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(customer))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// Erased says which of the customers were erased and have not linked anew, so that an import refuses their rows.
func Erased(ctx context.Context, tx *dialect.Tx, customers []ids.Customer) (map[ids.Customer]bool, error) {
	var secret []byte
	err := tx.Get(ctx, &secret, `SELECT secret FROM tombstone_key WHERE id = 1`)
	if fault.Is(err, fault.NotFound) {
		return nil, nil // nobody was ever erased: the map is empty, not unknown
	}
	if err != nil {
		return nil, fmt.Errorf("consent: erased: %w", err)
	}
	byDigest := make(map[string]ids.Customer, len(customers))
	digests := make([]string, 0, len(customers))
	for _, c := range customers {
		d := customerDigest(secret, c)
		if _, seen := byDigest[d]; !seen {
			byDigest[d] = c
			digests = append(digests, d)
		}
	}
	var found []string
	if err := tx.Select(ctx, &found, `SELECT t.customer_digest FROM {set} JOIN tombstone t ON t.customer_digest = s.digest`,
		dialect.Rows(dialect.Text("digest", digests))); err != nil {
		return nil, fmt.Errorf("consent: erased: %w", err)
	}
	out := make(map[ids.Customer]bool, len(found))
	for _, d := range found {
		out[byDigest[d]] = true
	}
	return out, nil
}

// ErasedSubjects says which of the persons have a tombstone.
func ErasedSubjects(ctx context.Context, tx *dialect.Tx, subjects []ids.Subject) (map[ids.Subject]bool, error) {
	var found []string
	if err := tx.Select(ctx, &found, `SELECT t.subject FROM {set} JOIN tombstone t ON t.subject = s.subject`, subjectSet(subjects)); err != nil {
		return nil, fmt.Errorf("consent: erased: %w", err)
	}
	out := make(map[ids.Subject]bool, len(found))
	for _, s := range found {
		out[ids.Subject(s)] = true
	}
	return out, nil
}

// Lift removes the tombstone of a person who links anew, and of the customer being linked.
func Lift(ctx context.Context, tx *dialect.Tx, subject ids.Subject, customer ids.Customer) error {
	secret, err := tombstoneSecret(ctx, tx)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM tombstone WHERE subject = $1 OR customer_digest = $2`, string(subject), customerDigest(secret, customer)); err != nil {
		return fmt.Errorf("consent: lift: %w", err)
	}
	return nil
}

// AdmitErasure is called by db/purchase before it deletes: it refuses unless every person has a tombstone, and tells
// Postgres whose rows may go.
func AdmitErasure(ctx context.Context, tx *dialect.Tx, subjects []ids.Subject) error {
	erased, err := ErasedSubjects(ctx, tx, subjects)
	if err != nil {
		return err
	}
	for _, s := range subjects {
		if !erased[s] {
			return fault.Newf(fault.Denied, "consent: erasure", "a person without a tombstone")
		}
	}
	return announce(ctx, tx, "erasure", "", subjects, 0, "")
}

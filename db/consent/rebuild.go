package consent

import (
	"context"
	"fmt"
	"maps"
	"time"

	"osusume/db/dialect"
	"osusume/internal/consent"
	"osusume/internal/ids"
)

const rebuildPage = 1000

// Rebuild folds the whole ledger anew and compares it with the stored state. It gives the number of persons looked at
// and those whose state differs; it changes nothing.
func Rebuild(ctx context.Context, d *dialect.DB) (persons int, differ []ids.Subject, err error) {
	last := ""
	for {
		var page []ids.Subject
		err := d.Do(ctx, dialect.Mode{ReadOnly: true, Deadline: time.Minute}, func(ctx context.Context, tx *dialect.Tx) error {
			var subjects []string
			if err := tx.Select(ctx, &subjects, `SELECT u.subject FROM (SELECT subject FROM consent_event WHERE subject > $1
					UNION SELECT subject FROM consent_state WHERE subject > $2) AS u ORDER BY u.subject LIMIT $3`, last, last, rebuildPage); err != nil {
				return err
			}
			for _, s := range subjects {
				page = append(page, ids.Subject(s))
			}
			wrong, err := compare(ctx, tx, page)
			if err != nil {
				return err
			}
			// Once more: a decision may have been recorded between the two reads.
			wrong, err = compare(ctx, tx, wrong)
			differ = append(differ, wrong...)
			return err
		})
		if err != nil {
			return persons, differ, fmt.Errorf("consent: rebuild: %w", err)
		}
		persons += len(page)
		if len(page) < rebuildPage {
			return persons, differ, nil
		}
		last = string(page[len(page)-1])
	}
}

func compare(ctx context.Context, tx *dialect.Tx, subjects []ids.Subject) (differ []ids.Subject, err error) {
	stored, err := Standings(ctx, tx, subjects)
	if err != nil {
		return nil, err
	}
	var rows []eventRow
	if err := tx.Select(ctx, &rows, `SELECT e.id, e.subject, e.state, e.purposes, e.at_ms, e.received_ms, e.method, e.notice_version,
			e.notice_sha256, e.lang, e.nonce_hash, e.event_id, e.valid_until_ms, e.actor
		FROM {set} JOIN consent_event e ON e.subject = s.subject`, subjectSet(subjects)); err != nil {
		return nil, err
	}
	events := map[ids.Subject][]consent.Event{}
	for i := range rows {
		e := rows[i].event()
		events[e.Subject] = append(events[e.Subject], e)
	}
	for _, s := range subjects {
		if !maps.Equal(consent.Fold(events[s]), stored[s]) {
			differ = append(differ, s)
		}
	}
	return differ, nil
}

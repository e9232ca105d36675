package consent

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"osusume/db/dialect"
	"osusume/internal/consent"
	"osusume/internal/fault"
)

const (
	sealBatch = 1000
	sealLock  = 0x6f737573756d65 // "osusume": the advisory lock of the one sealer
)

// Seal links ledger records that are not yet in the hash chain, in batches, until none is left, and says how many. Where
// several processes run, only one seals at a time; the others find nothing to do.
func Seal(ctx context.Context, d *dialect.DB) (total int, err error) {
	for {
		n := 0
		err := d.Do(ctx, dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
			var err error
			n, err = sealSome(ctx, tx)
			return err
		})
		total += n
		if err != nil {
			return total, fmt.Errorf("consent: seal: %w", err)
		}
		if n < sealBatch {
			return total, nil
		}
	}
}

func sealSome(ctx context.Context, tx *dialect.Tx) (int, error) {
	if tx.Kind() == dialect.Postgres {
		var mine bool
		if err := tx.Get(ctx, &mine, `SELECT pg_try_advisory_xact_lock($1)`, int64(sealLock)); err != nil || !mine {
			return 0, err
		}
	}
	var rows []eventRow
	if err := tx.Select(ctx, &rows, `SELECT e.id, e.subject, e.state, e.purposes, e.at_ms, e.received_ms, e.method, e.notice_version,
			e.notice_sha256, e.lang, e.nonce_hash, e.event_id, e.valid_until_ms, e.actor
		FROM consent_pending p JOIN consent_event e ON e.id = p.id ORDER BY p.id LIMIT $1`, sealBatch); err != nil || len(rows) == 0 {
		return 0, err
	}
	head := struct {
		Seq  int64  `db:"seq"`
		Hash string `db:"hash"`
	}{0, consent.Genesis}
	err := tx.Get(ctx, &head, `SELECT seq, hash FROM consent_seal ORDER BY seq DESC LIMIT 1`)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return 0, err
	}
	seals, salts := make([]consent.Seal, len(rows)), make([][]byte, len(rows))
	for i := range rows {
		salts[i] = make([]byte, 16)
		if _, err := rand.Read(salts[i]); err != nil {
			return 0, err
		}
		s := consent.Seal{Seq: head.Seq + 1, RecordID: rows[i].ID, Commitment: consent.Commit(rows[i].event(), salts[i]), PrevHash: head.Hash}
		s.Hash = consent.Link(s.PrevHash, s.Seq, s.Commitment)
		head.Seq, head.Hash = s.Seq, s.Hash
		seals[i] = s
	}
	return len(rows), storeSeals(ctx, tx, seals, salts)
}

func storeSeals(ctx context.Context, tx *dialect.Tx, seals []consent.Seal, salts [][]byte) error {
	text := func(name string, get func(*consent.Seal) string) dialect.Column {
		return dialect.Text(name, dialect.Of(seals, get))
	}
	record := text("record_id", func(s *consent.Seal) string { return s.RecordID })
	if _, err := tx.Exec(ctx, `INSERT INTO consent_seal (seq, record_id, commitment, prev_hash, hash)
		SELECT s.seq, s.record_id, s.commitment, s.prev_hash, s.hash FROM {set} WHERE true`,
		dialect.Rows(
			dialect.Int("seq", dialect.Of(seals, func(s *consent.Seal) int64 { return s.Seq })), record,
			text("commitment", func(s *consent.Seal) string { return s.Commitment }), text("prev_hash", func(s *consent.Seal) string { return s.PrevHash }),
			text("hash", func(s *consent.Seal) string { return s.Hash }),
		)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO consent_salt (record_id, salt) SELECT s.record_id, s.salt FROM {set} WHERE true`,
		dialect.Rows(record, dialect.Blob("salt", salts))); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM consent_pending WHERE id IN (SELECT s.record_id FROM {set})`, dialect.Rows(record))
	return err
}

// Report is what Verify saw.
type Report struct {
	Sealed  int64  // records in the chain
	Erased  int64  // of them, records removed together with their salt
	Pending int64  // records that wait for their seal
	Head    string // hash of the last seal
}

// Verify reads the whole chain and recomputes every link and every commitment. An altered, missing or inserted record is
// fault.Conflict and is named.
func Verify(ctx context.Context, d *dialect.DB) (Report, error) {
	report := Report{Head: consent.Genesis}
	var seq int64
	// An hour: a chain of years is read once, in order.
	err := d.Do(ctx, dialect.Mode{ReadOnly: true, Deadline: time.Hour}, func(ctx context.Context, tx *dialect.Tx) error {
		err := tx.Each(ctx, func(rows *sqlx.Rows) error {
			var r sealedRow
			if err := rows.StructScan(&r); err != nil {
				return err
			}
			var err error
			seal := consent.Seal{Seq: r.Seq, RecordID: r.RecordID, Commitment: r.Commitment, PrevHash: r.PrevHash, Hash: r.Hash}
			if seq, report.Head, err = consent.VerifyChain(seq, report.Head, []consent.Seal{seal}); err != nil {
				return fault.New(fault.Conflict, "ledger", err)
			}
			report.Sealed++
			return r.check(&report)
		}, `SELECT c.seq, c.record_id, c.commitment, c.prev_hash, c.hash, t.salt, CASE WHEN e.id IS NULL THEN 0 ELSE 1 END AS present,
				coalesce(e.id, '') AS id, coalesce(e.subject, '') AS subject, coalesce(e.state, '') AS state, coalesce(e.purposes, '') AS purposes,
				coalesce(e.at_ms, 0) AS at_ms, coalesce(e.received_ms, 0) AS received_ms, coalesce(e.method, '') AS method,
				coalesce(e.notice_version, '') AS notice_version, coalesce(e.notice_sha256, '') AS notice_sha256, coalesce(e.lang, '') AS lang,
				coalesce(e.nonce_hash, '') AS nonce_hash, coalesce(e.event_id, '') AS event_id, coalesce(e.valid_until_ms, 0) AS valid_until_ms,
				coalesce(e.actor, '') AS actor
			FROM consent_seal c LEFT JOIN consent_event e ON e.id = c.record_id LEFT JOIN consent_salt t ON t.record_id = c.record_id
			ORDER BY c.seq`)
		if err != nil {
			return err
		}
		return checkUnsealed(ctx, tx, &report)
	})
	if err != nil {
		return report, fmt.Errorf("consent: verify: %w", err)
	}
	return report, nil
}

type sealedRow struct {
	eventRow
	Seq        int64  `db:"seq"`
	RecordID   string `db:"record_id"`
	Commitment string `db:"commitment"`
	PrevHash   string `db:"prev_hash"`
	Hash       string `db:"hash"`
	Salt       []byte `db:"salt"`
	Present    int64  `db:"present"`
}

func (r *sealedRow) check(report *Report) error {
	switch {
	case r.Present == 0 && r.Salt == nil:
		report.Erased++
		return nil
	case r.Present == 0:
		return fault.Newf(fault.Conflict, "ledger", "the record %s of seal %d is missing", r.RecordID, r.Seq)
	case consent.Commit(r.event(), r.Salt) != r.Commitment:
		return fault.Newf(fault.Conflict, "ledger", "the record %s of seal %d was altered", r.RecordID, r.Seq)
	default:
		return nil
	}
}

// checkUnsealed finds records that slipped in beside the chain. A seal added since the chain was read is no fault.
func checkUnsealed(ctx context.Context, tx *dialect.Tx, report *Report) error {
	if err := tx.Get(ctx, &report.Pending, `SELECT count(*) FROM consent_pending`); err != nil {
		return err
	}
	var stray []string
	if err := tx.Select(ctx, &stray, `SELECT e.id FROM consent_event e WHERE NOT EXISTS (SELECT 1 FROM consent_seal c WHERE c.record_id = e.id)
		AND NOT EXISTS (SELECT 1 FROM consent_pending p WHERE p.id = e.id) ORDER BY e.id LIMIT 1`); err != nil {
		return err
	}
	if len(stray) > 0 {
		return fault.Newf(fault.Conflict, "ledger", "the record %s was never sealed", stray[0])
	}
	return nil
}

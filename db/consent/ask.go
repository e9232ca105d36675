package consent

import (
	"context"
	"fmt"

	"osusume/db/dialect"
	"osusume/internal/consent"
	"osusume/internal/fault"
	"osusume/internal/ids"
)

type askRow struct {
	NonceHash     string `db:"nonce_hash"`
	Subject       string `db:"subject"`
	Purposes      string `db:"purposes"`
	NoticeVersion string `db:"notice_version"`
	NoticeSHA256  string `db:"notice_sha256"`
	Lang          string `db:"lang"`
	ShownMS       int64  `db:"shown_ms"`
	ExpiresMS     int64  `db:"expires_ms"`
	UsedMS        int64  `db:"used_ms"`
}

// AddAsks remembers notices that are about to be shown.
func AddAsks(ctx context.Context, tx *dialect.Tx, asks []consent.Ask) error {
	text := func(name string, get func(*consent.Ask) string) dialect.Column {
		return dialect.Text(name, dialect.Of(asks, get))
	}
	number := func(name string, get func(*consent.Ask) int64) dialect.Column {
		return dialect.Int(name, dialect.Of(asks, get))
	}
	_, err := tx.Exec(ctx, `INSERT INTO ask (nonce_hash, subject, purposes, notice_version, notice_sha256, lang, shown_ms, expires_ms, used_ms)
		SELECT s.nonce_hash, s.subject, s.purposes, s.notice_version, s.notice_sha256, s.lang, s.shown_ms, s.expires_ms, s.used_ms
		FROM {set} WHERE true ON CONFLICT DO NOTHING`,
		dialect.Rows(
			text("nonce_hash", func(a *consent.Ask) string { return a.NonceHash }), text("subject", func(a *consent.Ask) string { return string(a.Subject) }),
			text("purposes", func(a *consent.Ask) string { return joinPurposes(a.Purposes) }),
			text("notice_version", func(a *consent.Ask) string { return a.NoticeVersion }),
			text("notice_sha256", func(a *consent.Ask) string { return a.NoticeSHA256 }), text("lang", func(a *consent.Ask) string { return string(a.Lang) }),
			number("shown_ms", func(a *consent.Ask) int64 { return a.ShownMS }), number("expires_ms", func(a *consent.Ask) int64 { return a.ExpiresMS }),
			number("used_ms", func(a *consent.Ask) int64 { return a.UsedMS }),
		))
	if err != nil {
		return fmt.Errorf("consent: add asks: %w", err)
	}
	return nil
}

// Asks gives the asks with these nonce hashes, whoever they belong to.
func Asks(ctx context.Context, tx *dialect.Tx, nonceHashes []string) ([]consent.Ask, error) {
	var rows []askRow
	if err := tx.Select(ctx, &rows, `SELECT a.nonce_hash, a.subject, a.purposes, a.notice_version, a.notice_sha256, a.lang, a.shown_ms,
			a.expires_ms, a.used_ms
		FROM ask a WHERE a.nonce_hash IN (SELECT s.nonce_hash FROM {set})`, dialect.Rows(dialect.Text("nonce_hash", nonceHashes))); err != nil {
		return nil, fmt.Errorf("consent: asks: %w", err)
	}
	out := make([]consent.Ask, len(rows))
	for i, r := range rows {
		out[i] = consent.Ask{
			NonceHash: r.NonceHash, Subject: ids.Subject(r.Subject), Purposes: splitPurposes(r.Purposes), NoticeVersion: r.NoticeVersion,
			NoticeSHA256: r.NoticeSHA256, Lang: ids.Lang(r.Lang), ShownMS: r.ShownMS, ExpiresMS: r.ExpiresMS, UsedMS: r.UsedMS,
		}
	}
	return out, nil
}

// UseAsks consumes grant buttons. When one of them was consumed meanwhile (or is named twice), it is fault.Lost and the
// transaction must not commit.
func UseAsks(ctx context.Context, tx *dialect.Tx, nowMS int64, nonceHashes []string) error {
	n, err := tx.Exec(ctx, `UPDATE ask SET used_ms = $1 WHERE used_ms = 0 AND nonce_hash IN (SELECT s.nonce_hash FROM {set})`,
		nowMS, dialect.Rows(dialect.Text("nonce_hash", nonceHashes)))
	if err != nil {
		return fmt.Errorf("consent: use asks: %w", err)
	}
	if n != int64(len(nonceHashes)) {
		return fault.Newf(fault.Lost, "consent: use asks", "%d of %d were unused", n, len(nonceHashes))
	}
	return nil
}

// DropAsks removes asks that expired before the time.
func DropAsks(ctx context.Context, tx *dialect.Tx, beforeMS int64) (int64, error) {
	n, err := tx.Exec(ctx, `DELETE FROM ask WHERE expires_ms < $1`, beforeMS)
	if err != nil {
		return 0, fmt.Errorf("consent: drop asks: %w", err)
	}
	return n, nil
}

// Notice is a notice as it was shown, under the hash of its exact bytes.
type Notice struct {
	SHA256  string
	Version string
	Lang    ids.Lang
	Body    []byte
}

// AddNotices keeps notices; one that is there already stays as it is.
func AddNotices(ctx context.Context, tx *dialect.Tx, notices []Notice) error {
	_, err := tx.Exec(ctx, `INSERT INTO notice (sha256, version, lang, body) SELECT s.sha256, s.version, s.lang, s.body FROM {set}
		WHERE true ON CONFLICT DO NOTHING`,
		dialect.Rows(
			dialect.Text("sha256", dialect.Of(notices, func(n *Notice) string { return n.SHA256 })),
			dialect.Text("version", dialect.Of(notices, func(n *Notice) string { return n.Version })),
			dialect.Text("lang", dialect.Of(notices, func(n *Notice) string { return string(n.Lang) })),
			dialect.Blob("body", dialect.Of(notices, func(n *Notice) []byte { return n.Body })),
		))
	if err != nil {
		return fmt.Errorf("consent: add notices: %w", err)
	}
	return nil
}

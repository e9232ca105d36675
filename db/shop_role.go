package db

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"osusume/db/consent"
	"osusume/db/dialect"
	"osusume/db/purchase"
	"osusume/internal/fault"
)

var roleName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// rightsOf lists what the server's role may do where it is less than everything with rows. The ledger and its seals can
// only grow, and so can the records of access; purchases are never changed.
var rightsOf = map[string]string{
	"consent_event":    "SELECT, INSERT",
	"consent_seal":     "SELECT, INSERT",
	"access_record":    "SELECT, INSERT",
	"purchase":         "SELECT, INSERT, DELETE",
	"purchase_return":  "SELECT, INSERT, DELETE",
	"membership":       "SELECT, INSERT, DELETE",
	"canary":           "SELECT",
	"goose_db_version": "SELECT",
}

// CreateAppRole creates or updates the login role that the server uses: it owns nothing, changes no schema, and
// row-level security applies to it. It must run as the owner of the schema with the right to create roles. The password
// reaches the database only as a SCRAM verifier, so that no statement log holds it.
func (s *Store) CreateAppRole(ctx context.Context, name, password string) error {
	if s.Kind() != dialect.Postgres {
		return fault.Newf(fault.Invalid, "db: role", "SQLite has no login roles")
	}
	if !roleName.MatchString(name) {
		return fault.Newf(fault.Invalid, "db: role", "the name must be lower-case letters, digits and _ (at most 63)")
	}
	if password == "" {
		return fault.Newf(fault.Invalid, "db: role", "the password is empty")
	}
	for _, r := range password {
		if r < ' ' || r > '~' { // beyond ASCII, client and server would have to agree on a normal form (SASLprep)
			return fault.Newf(fault.Invalid, "db: role", "the password must be printable ASCII")
		}
	}
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return fmt.Errorf("db: role: %w", err)
	}
	verifier, err := scramVerifier(password, salt)
	if err != nil {
		return fmt.Errorf("db: role: %w", err)
	}
	err = s.d.Do(ctx, dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
		var own string
		if err := tx.Get(ctx, &own, `SELECT current_user`); err != nil {
			return err
		}
		if own == name {
			return fault.Newf(fault.Invalid, "role", "%s is the owner itself; the server needs a role of its own", name)
		}
		var exists int
		if err := tx.Get(ctx, &exists, `SELECT count(*) FROM pg_roles WHERE rolname = $1`, name); err != nil {
			return err
		}
		statement := "CREATE ROLE " + name + " LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
		if exists > 0 {
			// Only a superuser may name the attributes of superusers, even to say that a role is none; an ordinary owner
			// updates a role that has none of them.
			statement = "ALTER ROLE " + name + " LOGIN NOCREATEDB NOCREATEROLE"
			var above bool
			if err := tx.Get(ctx, &above, `SELECT rolsuper OR rolbypassrls OR rolreplication FROM pg_roles WHERE rolname = $1`, name); err != nil {
				return err
			}
			if above {
				statement += " NOSUPERUSER NOBYPASSRLS NOREPLICATION"
			}
		}
		// Name and verifier hold no quote: roleName and base64 see to it.
		if err := tx.Script(ctx, statement+" PASSWORD '"+verifier+"'"); err != nil {
			return err
		}
		return grantRights(ctx, tx, name)
	})
	if err != nil {
		return fmt.Errorf("db: role: %w", err)
	}
	return nil
}

// RefreshAppRoles gives the server's roles their rights on tables that a migration added. Migrate's caller runs it.
func (s *Store) RefreshAppRoles(ctx context.Context) error {
	if s.Kind() != dialect.Postgres {
		return nil
	}
	err := s.d.Do(ctx, dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
		var names []string
		if err := tx.Select(ctx, &names, `SELECT DISTINCT r.rolname FROM pg_class c, aclexplode(c.relacl) a, pg_roles r
			WHERE c.oid = to_regclass('counter') AND r.oid = a.grantee AND a.grantee <> c.relowner AND a.privilege_type = 'UPDATE' ORDER BY r.rolname`); err != nil {
			return err
		}
		for _, name := range names {
			if !roleName.MatchString(name) {
				continue // not one of ours
			}
			if err := grantRights(ctx, tx, name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("db: roles: %w", err)
	}
	return nil
}

func grantRights(ctx context.Context, tx *dialect.Tx, name string) error {
	var tables []string
	if err := tx.Select(ctx, &tables, `SELECT c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
		AND c.relkind IN ('r', 'p') ORDER BY c.relname`); err != nil {
		return err
	}
	var where struct {
		Database string `db:"database"`
		Schema   string `db:"schema"`
	}
	if err := tx.Get(ctx, &where, `SELECT quote_ident(current_database()) AS database, quote_ident(current_schema()) AS schema`); err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "GRANT CONNECT ON DATABASE %s TO %s;\n", where.Database, name)
	fmt.Fprintf(&b, "GRANT USAGE ON SCHEMA %s TO %s; REVOKE CREATE ON SCHEMA %s FROM %s;\n", where.Schema, name, where.Schema, name)
	fmt.Fprintf(&b, "REVOKE CREATE ON SCHEMA %s FROM PUBLIC;\n", where.Schema)
	fmt.Fprintf(&b, "REVOKE ALL ON ALL TABLES IN SCHEMA %s FROM %s;\n", where.Schema, name)
	fmt.Fprintf(&b, "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %s TO %s;\n", where.Schema, name)
	for _, table := range tables {
		rights := rightsOf[table]
		if rights == "" {
			rights = "SELECT, INSERT, UPDATE, DELETE"
		}
		fmt.Fprintf(&b, "GRANT %s ON TABLE %s.\"%s\" TO %s;\n", rights, where.Schema, strings.ReplaceAll(table, `"`, `""`), name)
	}
	return tx.Script(ctx, b.String())
}

// scramVerifier is what Postgres itself would store for the password (RFC 5802, SCRAM-SHA-256).
func scramVerifier(password string, salt []byte) (string, error) {
	const rounds = 4096
	salted, err := pbkdf2.Key(sha256.New, password, salt, rounds, sha256.Size)
	if err != nil {
		return "", err
	}
	mac := func(text string) []byte {
		h := hmac.New(sha256.New, salted)
		h.Write([]byte(text))
		return h.Sum(nil)
	}
	stored := sha256.Sum256(mac("Client Key"))
	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", rounds, encode(salt), encode(stored[:]), encode(mac("Server Key"))), nil
}

const useAppRole = "; create a role for the server with: osusume migrate --app-user osusume_app --app-password-file FILE (with the owner's DATABASE_URL), and give serve a DATABASE_URL of that role"

// CheckServeRole refuses to serve under a role for which row-level security is no wall: an owner, a superuser, one that
// may bypass it, change the schema or the ledger, or that can see the canary's purchase by any way we know. On SQLite
// there are no roles and only the canary is looked for.
func (s *Store) CheckServeRole(ctx context.Context) error {
	if s.Kind() == dialect.Postgres {
		if err := s.checkRole(ctx); err != nil {
			return err
		}
	}
	return s.CheckCanary(ctx)
}

func (s *Store) checkRole(ctx context.Context) error {
	var role struct {
		Name    string `db:"name"`
		Super   bool   `db:"super"`
		Bypass  bool   `db:"bypass"`
		Owns    bool   `db:"owns"`
		Creates bool   `db:"creates"`
		Alters  bool   `db:"alters"`
		Reads   bool   `db:"reads"`
		Walled  bool   `db:"walled"`
	}
	// pg_has_role also finds an owner whose member the role is: SET ROLE would be enough.
	if err := s.d.Get(ctx, &role, `SELECT current_user AS name, r.rolsuper AS super, r.rolbypassrls AS bypass,
			EXISTS (SELECT 1 FROM pg_class c WHERE c.oid IN (to_regclass('consent_event'), to_regclass('inbox'), to_regclass('`+purchase.Table+`'))
				AND pg_has_role(current_user, c.relowner, 'MEMBER')) AS owns,
			has_schema_privilege(current_schema(), 'CREATE') AS creates,
			has_table_privilege('consent_event', 'UPDATE, DELETE, TRUNCATE') OR has_table_privilege('consent_seal', 'UPDATE, DELETE, TRUNCATE') AS alters,
			has_table_privilege('inbox', 'SELECT, INSERT') AS reads,
			(SELECT c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c WHERE c.oid = to_regclass('`+purchase.Table+`')) AS walled
		FROM pg_roles r WHERE r.rolname = current_user`); err != nil {
		return fmt.Errorf("db: role: %w", err)
	}
	var why string
	switch {
	case role.Super:
		why = "is a superuser"
	case role.Bypass:
		why = "may bypass row-level security (BYPASSRLS)"
	case role.Owns:
		why = "owns the tables"
	case role.Creates:
		why = "may create tables in the schema"
	case role.Alters:
		why = "may change the consent ledger"
	case !role.Walled:
		why = "finds row-level security switched off"
	case !role.Reads:
		why = "lacks rights on the tables"
	default:
		return nil
	}
	return fault.Newf(fault.Denied, "DATABASE_URL", "the database role %s %s%s", role.Name, why, useAppRole)
}

var errCanary = errors.New("a purchase of a customer who withdrew is visible: row-level security does not protect this database")

// CheckCanary tries to read the purchase of a customer who withdrew for good, in every way we know, and fails with
// fault.Denied when one succeeds.
func (s *Store) CheckCanary(ctx context.Context) error {
	err := s.d.Do(ctx, dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
		if err := s.grantToCanary(ctx, tx); err != nil {
			return err
		}
		if tx.Kind() != dialect.Postgres {
			return nil
		}
		return consent.AsEveryPurpose(ctx, tx, canarySubject, func() error {
			seen, err := purchase.Sees(ctx, tx, canaryCustomer)
			if err != nil {
				return err
			}
			if seen != "" {
				return fault.Newf(fault.Denied, "privacy", "%w (by %s)", errCanary, seen)
			}
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("db: canary: %w", err)
	}
	return nil
}

package dbtest

import (
	"context"
	"errors"
	"net/url"

	"osusume/db"
)

// AppRole and AppPassword are the login of the server's role in tests.
const (
	AppRole     = "osusume_test_app"
	AppPassword = "only-for-tests"
)

// makeAppRole creates the role, with its rights in the owner's database.
func makeAppRole(ctx context.Context, ownerURL string) error {
	s, err := db.Open(ctx, ownerURL, db.Options{})
	if err != nil {
		return err
	}
	return errors.Join(s.CreateAppRole(ctx, AppRole, AppPassword), s.Close())
}

// asApp gives the owner's URL with the server's role.
func asApp(ownerURL string) (string, error) {
	u, err := url.Parse(ownerURL)
	if err != nil {
		return "", err
	}
	u.User = url.UserPassword(AppRole, AppPassword)
	return u.String(), nil
}

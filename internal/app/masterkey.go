package app

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"osusume/internal/keyring"
)

// ringOf makes the key ring from the master key: the setting's, or the one in the file beside the SQLite database. With
// create set, that file is made when absent.
func ringOf(s Settings, create bool) (*keyring.Ring, error) {
	master := s.SecretKey
	if master == nil {
		if s.postgres() {
			return nil, s.requireKey()
		}
		var err error
		if master, err = masterKeyFile(s.sqlitePath()+".key", create); err != nil {
			return nil, err
		}
	}
	ring, err := keyring.New(master)
	if err != nil {
		return nil, settingError{"OSUSUME_SECRET_KEY", "cannot be used"}
	}
	return ring, nil
}

func (s Settings) requireKey() error {
	if s.postgres() && s.SecretKey == nil {
		return settingError{"OSUSUME_SECRET_KEY", "is required on Postgres: 32 bytes in base64, for example from: openssl rand -base64 32"}
	}
	return nil
}

// masterKeyFile reads the key file at path. Two processes that start at once agree on one key: the file appears whole
// or not at all, and the first one stays.
func masterKeyFile(path string, create bool) ([]byte, error) {
	text, err := readSecret(path)
	if errors.Is(err, fs.ErrNotExist) && create {
		if err := createKeyFile(path); err != nil {
			return nil, settingError{"OSUSUME_SECRET_KEY", fmt.Sprintf("cannot be created beside the database: %v", err)}
		}
		text, err = readSecret(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, settingError{"OSUSUME_SECRET_KEY", fmt.Sprintf("is not set, and %s does not exist yet: run osusume serve or osusume migrate once", path)}
	}
	if err != nil {
		return nil, settingError{"OSUSUME_SECRET_KEY", err.Error()}
	}
	master, err := keyring.Parse(text)
	if err != nil {
		return nil, settingError{"OSUSUME_SECRET_KEY", fmt.Sprintf("cannot be understood in %s: %v", path, err)}
	}
	return master, nil
}

func createKeyFile(path string) (err error) {
	master := make([]byte, keyring.MasterSize)
	if _, err := rand.Read(master); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(temporary.Name())) }()
	_, err = fmt.Fprintln(temporary, base64.StdEncoding.EncodeToString(master))
	if err := errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	// A link, unlike a rename, never replaces what another process put there first.
	if err := os.Link(temporary.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

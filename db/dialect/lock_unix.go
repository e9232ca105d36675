//go:build unix && !solaris && !aix

package dialect

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockFile holds an advisory lock until unlock or the end of the process, however that comes. The file stays: removing
// it would let a third process lock a new file of the same name.
func lockFile(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the lock beside the database cannot be made: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.New("another osusume serves this SQLite database already: stop it, or use Postgres for several")
		}
		return nil, fmt.Errorf("the lock beside the database cannot be taken: %w", err)
	}
	return func() { _ = f.Close() }, nil
}

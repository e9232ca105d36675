//go:build !unix || solaris || aix

package dialect

// lockFile does nothing where there is no flock.
func lockFile(string) (unlock func(), err error) { return func() {}, nil }

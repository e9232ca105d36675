package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash"
	"sync"
)

// verifier checks LINE's signature: base64 of HMAC-SHA256 over the raw body with the channel secret.
type verifier struct{ macs []*sync.Pool }

// newVerifier takes one secret, or the old and the new one while a secret is being replaced.
func newVerifier(secrets [][]byte) (*verifier, error) {
	if len(secrets) == 0 || len(secrets) > 2 {
		return nil, fmt.Errorf("webhook: %d channel secrets, want one, or two during a rotation", len(secrets))
	}
	v := &verifier{}
	for i, secret := range secrets {
		if len(secret) == 0 { // anybody could sign
			return nil, fmt.Errorf("webhook: channel secret %d is empty", i+1)
		}
		key := append([]byte(nil), secret...)
		v.macs = append(v.macs, &sync.Pool{New: func() any { return hmac.New(sha256.New, key) }})
	}
	return v, nil
}

// good says whether the header signs the body. Every secret is tried whatever the others said, and each comparison
// takes the same time however much agrees.
func (v *verifier) good(header string, body []byte) bool {
	var given [sha256.Size + 3]byte
	if len(header) != base64.StdEncoding.EncodedLen(sha256.Size) {
		return false
	}
	n, err := base64.StdEncoding.Strict().Decode(given[:], []byte(header))
	if err != nil || n != sha256.Size {
		return false
	}
	found := false
	for _, pool := range v.macs {
		mac := pool.Get().(hash.Hash)
		mac.Reset()
		mac.Write(body)
		var sum [sha256.Size]byte
		found = hmac.Equal(mac.Sum(sum[:0]), given[:n]) || found
		pool.Put(mac)
	}
	return found
}

// Package keyring derives every key from the one master key and is the only code that turns a LINE id into a pseudonym.
package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strings"
	"sync"

	"osusume/internal/ids"
)

// MasterSize is the length of the master key in bytes.
const MasterSize = 32

// Ring holds the keys derived from the master key. It is safe for concurrent use.
type Ring struct {
	subject, digest, postback, log *macPool
	wrap                           cipher.AEAD
}

// New derives a ring from a master key of MasterSize bytes.
func New(master []byte) (*Ring, error) {
	if len(master) != MasterSize {
		return nil, fmt.Errorf("keyring: the master key has %d bytes, it must have %d", len(master), MasterSize)
	}
	derive := func(label string) []byte {
		key, err := hkdf.Key(sha256.New, master, nil, "osusume/1/"+label, 32)
		if err != nil {
			panic(err) // only an absurd length can fail, and the length is a constant
		}
		return key
	}
	block, err := aes.NewCipher(derive("wrap"))
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	wrap, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	return &Ring{
		subject: newMACPool(derive("subject")), digest: newMACPool(derive("digest")),
		postback: newMACPool(derive("postback")), log: newMACPool(derive("log")), wrap: wrap,
	}, nil
}

// Parse reads a master key as OSUSUME_SECRET_KEY holds it: 32 bytes in standard or URL-safe base64.
func Parse(text string) ([]byte, error) {
	text = strings.TrimRight(strings.TrimSpace(text), "=")
	text = strings.NewReplacer("-", "+", "_", "/").Replace(text)
	key, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(key) != MasterSize {
		return nil, errors.New("the key must be 32 bytes in base64, for example from: openssl rand -base64 32")
	}
	return key, nil
}

// Subject gives the pseudonym of a LINE user, group or room id.
func (r *Ring) Subject(lineID string) ids.Subject {
	sum := r.subject.sum(lineID)
	return ids.Subject(hex.EncodeToString(sum[:16]))
}

// Digest gives a keyed hash of a value that must be found but not read: a message id, a nonce, an erased customer.
// kind separates the uses.
func (r *Ring) Digest(kind, value string) string {
	sum := r.digest.sum(kind + "\x00" + value)
	return hex.EncodeToString(sum[:16])
}

// LogID gives the short keyed hash under which an identifier may appear in a log.
func (r *Ring) LogID(value string) string {
	sum := r.log.sum(value)
	return hex.EncodeToString(sum[:5])
}

// Sign gives the authentication code of a button's payload for one person: 12 bytes.
func (r *Ring) Sign(subject ids.Subject, payload string) []byte {
	sum := r.postback.sum(string(subject) + "\x00" + payload)
	return sum[:12]
}

// Verify says whether code is Sign(subject, payload), in constant time.
func (r *Ring) Verify(subject ids.Subject, payload string, code []byte) bool {
	return hmac.Equal(code, r.Sign(subject, payload))
}

// DataKey seals and opens records. The zero value is not usable.
type DataKey struct{ aead cipher.AEAD }

// NewDataKey makes a random key and the wrapped form that the store keeps.
func (r *Ring) NewDataKey() (DataKey, []byte, error) {
	var plain [32]byte
	if _, err := rand.Read(plain[:]); err != nil {
		return DataKey{}, nil, fmt.Errorf("keyring: make a data key: %w", err)
	}
	key, err := dataKey(plain[:])
	if err != nil {
		return DataKey{}, nil, err
	}
	return key, r.wrap.Seal(nil, nil, plain[:], []byte("data-key")), nil
}

// Unwrap restores a key from its wrapped form. It fails when the master key is another one.
func (r *Ring) Unwrap(wrapped []byte) (DataKey, error) {
	plain, err := r.wrap.Open(nil, nil, wrapped, []byte("data-key"))
	if err != nil {
		return DataKey{}, errors.New("keyring: a stored key does not open; was it written under another OSUSUME_SECRET_KEY?")
	}
	return dataKey(plain)
}

func dataKey(plain []byte) (DataKey, error) {
	block, err := aes.NewCipher(plain)
	if err != nil {
		return DataKey{}, fmt.Errorf("keyring: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return DataKey{}, fmt.Errorf("keyring: %w", err)
	}
	return DataKey{aead: aead}, nil
}

// Seal encrypts plain, bound to the context it is stored under (a record id), with a random nonce.
func (k DataKey) Seal(plain []byte, context string) []byte {
	return k.aead.Seal(nil, nil, plain, []byte(context))
}

// Open decrypts what Seal made under the same context.
func (k DataKey) Open(sealed []byte, context string) ([]byte, error) {
	plain, err := k.aead.Open(nil, nil, sealed, []byte(context))
	if err != nil {
		return nil, errors.New("keyring: a sealed record does not open")
	}
	return plain, nil
}

// Valid says whether the key can be used.
func (k DataKey) Valid() bool { return k.aead != nil }

// macPool reuses HMAC states: deriving the pads anew costs more than hashing a short value.
type macPool struct{ pool sync.Pool }

func newMACPool(key []byte) *macPool {
	return &macPool{pool: sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

func (p *macPool) sum(value string) [32]byte {
	mac := p.pool.Get().(hash.Hash)
	defer p.pool.Put(mac)
	mac.Reset()
	mac.Write([]byte(value))
	var out [32]byte
	mac.Sum(out[:0])
	return out
}

package keyring_test

import (
	"bytes"
	"strings"
	"testing"

	"osusume/internal/keyring"
)

func ring(t *testing.T, fill byte) *keyring.Ring {
	t.Helper()
	r, err := keyring.New(bytes.Repeat([]byte{fill}, keyring.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPseudonymsDependOnTheMasterKeyAndNothingElse(t *testing.T) {
	t.Parallel()
	const line = "U0123456789abcdef0123456789abcdef"
	a, again, b := ring(t, 1), ring(t, 1), ring(t, 2)
	if a.Subject(line) != again.Subject(line) {
		t.Error("the same key gives another pseudonym")
	}
	if a.Subject(line) == b.Subject(line) {
		t.Error("another key gives the same pseudonym")
	}
	if got := string(a.Subject(line)); len(got) != 32 || strings.Contains(line, got) {
		t.Errorf("pseudonym %q is not 32 hexadecimal digits of its own", got)
	}
	if a.Digest("message", "1") == a.Digest("nonce", "1") {
		t.Error("digests of two kinds collide")
	}
	if string(a.Subject(line))[:10] == a.LogID(line) {
		t.Error("the log's hash is the beginning of the pseudonym")
	}
}

func TestASignatureHoldsForOnePersonAndOnePayload(t *testing.T) {
	t.Parallel()
	r := ring(t, 1)
	code := r.Sign("me", "payload")
	if len(code) != 12 || !r.Verify("me", "payload", code) {
		t.Fatal("a good signature is refused")
	}
	flipped := bytes.Clone(code)
	flipped[11] ^= 1
	if r.Verify("you", "payload", code) || r.Verify("me", "Payload", code) || r.Verify("me", "payload", flipped) || r.Verify("me", "payload", nil) {
		t.Error("a foreign, altered or missing signature is accepted")
	}
}

func TestSealedRecordsOpenOnlyUnderTheirKeyAndContext(t *testing.T) {
	t.Parallel()
	r := ring(t, 1)
	key, wrapped, err := r.NewDataKey()
	if err != nil {
		t.Fatal(err)
	}
	sealed := key.Seal([]byte("言葉"), "m1")
	if bytes.Contains(sealed, []byte("言葉")) {
		t.Error("the words stand in the sealed record")
	}
	restored, err := r.Unwrap(wrapped)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := restored.Open(sealed, "m1"); err != nil || string(plain) != "言葉" {
		t.Errorf("opened %q, %v", plain, err)
	}
	if _, err := restored.Open(sealed, "m2"); err == nil {
		t.Error("it opens under another context")
	}
	if _, err := ring(t, 2).Unwrap(wrapped); err == nil || !strings.Contains(err.Error(), "OSUSUME_SECRET_KEY") {
		t.Errorf("another master key: %v, want an error that names the setting", err)
	}
	if other, _, _ := r.NewDataKey(); func() bool { _, err := other.Open(sealed, "m1"); return err == nil }() {
		t.Error("it opens under another data key")
	}
}

func TestParseTakesThirtyTwoBytesInAnyBase64(t *testing.T) {
	t.Parallel()
	for text, good := range map[string]bool{
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=":   true,
		" AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n": true,
		"__________________________________________8":    true,
		"AAAA": false, "": false, "not base64 at all": false,
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA": false,
	} {
		if _, err := keyring.Parse(text); (err == nil) != good {
			t.Errorf("Parse(%q): %v", text, err)
		}
	}
}

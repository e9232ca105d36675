package db

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
)

// The exchange of RFC 7677 §3 must succeed against our verifier.
func TestTheStoredPasswordIsAScramVerifier(t *testing.T) {
	t.Parallel()
	decode := func(text string) []byte {
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	verifier, err := scramVerifier("pencil", decode("W22ZaJ0SNY7soEsUEjb6gQ=="))
	if err != nil {
		t.Fatal(err)
	}
	head, keys, _ := strings.Cut(strings.TrimPrefix(verifier, "SCRAM-SHA-256$"), "$")
	stored, server, ok := strings.Cut(keys, ":")
	if !ok || head != "4096:W22ZaJ0SNY7soEsUEjb6gQ==" {
		t.Fatalf("verifier %s", verifier)
	}
	const nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
	const message = "n=user,r=rOprNGfwEbeRWgbNEkqO,r=" + nonce + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=" + nonce
	mac := func(key []byte) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(message))
		return h.Sum(nil)
	}
	clientKey := decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
	for i, b := range mac(decode(stored)) {
		clientKey[i] ^= b
	}
	if sum := sha256.Sum256(clientKey); base64.StdEncoding.EncodeToString(sum[:]) != stored {
		t.Error("the client's proof does not fit")
	}
	if got := base64.StdEncoding.EncodeToString(mac(decode(server))); got != "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" {
		t.Errorf("server signature %s", got)
	}
}

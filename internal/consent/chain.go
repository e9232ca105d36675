package consent

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
)

// Seal is one link of the hash chain over the ledger, written after the fact by the one sealer.
type Seal struct {
	Seq        int64  // 1, 2, 3 … without gaps
	RecordID   string // the Event.ID sealed at this place
	Commitment string // hexadecimal: what of the record is bound, see Commit
	PrevHash   string
	Hash       string
}

// Genesis is the PrevHash of the first seal.
const Genesis = "0000000000000000000000000000000000000000000000000000000000000000"

// Commit binds every field of the record and a random salt of at least 16 bytes. Without record and salt it says
// nothing, so that erasing both leaves the chain verifiable and the person gone.
func Commit(e Event, salt []byte) string {
	h := sha256.New()
	for _, field := range []string{
		"osusume-ledger-1", e.ID, string(e.Subject), string(e.State), purposeList(e), fmt.Sprint(e.AtMS), fmt.Sprint(e.ReceivedMS),
		string(e.Method), e.NoticeVersion, e.NoticeSHA256, string(e.Lang), e.NonceHash, string(e.EventID),
		fmt.Sprint(e.ValidUntilMS), e.Actor, string(salt),
	} {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(field)))
		h.Write(length[:])
		h.Write([]byte(field))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func purposeList(e Event) string {
	list := make([]string, len(e.Purposes))
	for i, p := range e.Purposes {
		list[i] = string(p)
	}
	return strings.Join(list, ",")
}

// Link computes the hash of the seal that follows prevHash.
func Link(prevHash string, seq int64, commitment string) string {
	sum := sha256.Sum256([]byte(fmt.Sprintf("osusume-chain-1\n%s\n%d\n%s", prevHash, seq, commitment)))
	return hex.EncodeToString(sum[:])
}

// VerifyChain checks seals in order of Seq, beginning after (prevSeq, prevHash), and names the first that does not
// follow. It gives the new head.
func VerifyChain(prevSeq int64, prevHash string, seals []Seal) (headSeq int64, head string, err error) {
	for _, s := range seals {
		if s.Seq != prevSeq+1 {
			return prevSeq, prevHash, fmt.Errorf("seal %d is missing: found %d after %d", prevSeq+1, s.Seq, prevSeq)
		}
		if s.PrevHash != prevHash {
			return prevSeq, prevHash, fmt.Errorf("seal %d does not continue seal %d", s.Seq, prevSeq)
		}
		if want := Link(prevHash, s.Seq, s.Commitment); want != s.Hash {
			return prevSeq, prevHash, fmt.Errorf("seal %d was altered", s.Seq)
		}
		prevSeq, prevHash = s.Seq, s.Hash
	}
	return prevSeq, prevHash, nil
}

package offers

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"osusume/internal/ids"
)

// The binary form, little endian: the magic with its version, the header, the products' SKUs with their figures, then
// each product's neighbours as positions in that list. Products stand by SKU and not by position, so that a catalog
// changed since reads it correctly.
const learnedMagic = "osulearn1"

var errLearned = errors.New("offers: learned: damaged or of another version")

// MarshalBinary encodes what was learned for a catalog that may have changed when it is read.
func (l *Learned) MarshalBinary() ([]byte, error) {
	if l.catalog == nil {
		return nil, errors.New("offers: learned: made by neither Finish nor UnmarshalLearned")
	}
	le := binary.LittleEndian
	number := make([]int32, len(l.items))
	var kept []int32
	for i := range l.items {
		number[i] = -1
		if l.items[i].buyers > 0 {
			number[i] = int32(len(kept))
			kept = append(kept, int32(i))
		}
	}
	out := make([]byte, 0, 64+len(kept)*64+len(l.near)*12)
	out = append(out, learnedMagic...)
	for _, v := range [...]int64{int64(l.Customers), int64(l.MinBuyers), l.FromMS, l.ToMS, int64(len(kept))} {
		out = le.AppendUint64(out, uint64(v))
	}
	for _, i := range kept {
		stat := &l.items[i]
		sku := l.catalog.products[i].SKU
		out = binary.AppendUvarint(out, uint64(len(sku)))
		out = append(out, sku...)
		out = le.AppendUint64(out, math.Float64bits(stat.trend))
		out = binary.AppendUvarint(out, uint64(stat.buyers))
		for _, recent := range stat.recent {
			out = binary.AppendUvarint(out, uint64(recent))
		}
		out = binary.AppendUvarint(out, uint64(stat.gapPeople))
		out = binary.AppendUvarint(out, uint64(stat.gapDays))
	}
	for _, i := range kept {
		at, n := len(out), uint32(0)
		out = le.AppendUint32(out, 0)
		for _, near := range l.nearOf(i) {
			if number[near.item] < 0 {
				continue
			}
			out = le.AppendUint32(out, uint32(number[near.item]))
			out = le.AppendUint32(out, uint32(near.buyers))
			out = le.AppendUint32(out, math.Float32bits(near.score))
			n++
		}
		le.PutUint32(out[at:], n)
	}
	return out, nil
}

// UnmarshalLearned decodes for a catalog. Products that the catalog no longer has, or that have become sensitive, are
// left out. Empty data is what nothing was learned from. Damaged data is an error and never a panic.
func UnmarshalLearned(catalog *Catalog, data []byte) (*Learned, error) {
	if len(data) == 0 {
		return newLearned(catalog, minBuyersDefault), nil
	}
	r := learnedReader{data: data}
	if string(r.take(len(learnedMagic))) != learnedMagic {
		return nil, errLearned
	}
	l := newLearned(catalog, 0)
	customers, minBuyers := r.int64(), r.int64()
	l.FromMS, l.ToMS = r.int64(), r.int64()
	count := r.int64()
	if r.bad || count < 0 || count > int64(len(data)) || customers < 0 || customers > math.MaxInt32 ||
		minBuyers < minBuyersFloor || minBuyers > math.MaxInt32 {
		return nil, errLearned
	}
	l.Customers, l.MinBuyers = int(customers), int(minBuyers)

	products := make([]int32, count)
	for k := range products {
		sku, stat := r.stat()
		if r.bad {
			return nil, fmt.Errorf("%w: product %d", errLearned, k)
		}
		products[k] = -1
		if i, ok := catalog.index[sku]; ok && catalog.traits[i].flags&flagSensitive == 0 {
			products[k], l.items[i] = i, stat
		}
	}
	var near []neighbour
	for k, i := range products {
		near = near[:0]
		for range r.uint32() {
			to, buyers, score := r.uint32(), r.uint32(), math.Float32frombits(r.uint32())
			if r.bad || int64(to) >= count || buyers > math.MaxInt32 || !(score >= 0 && score <= 1) {
				return nil, fmt.Errorf("%w: neighbours of product %d", errLearned, k)
			}
			if i >= 0 && products[to] >= 0 && products[to] != i {
				near = append(near, neighbour{item: products[to], buyers: int32(buyers), score: score})
			}
		}
		if r.bad {
			return nil, fmt.Errorf("%w: neighbours of product %d", errLearned, k)
		}
		if i >= 0 {
			l.setNear(i, near)
		}
	}
	if len(r.data) != 0 {
		return nil, fmt.Errorf("%w: %d bytes too many", errLearned, len(r.data))
	}
	l.publish()
	return l, nil
}

// learnedReader reads numbers off data; bad says that it ended early or a number was out of range.
type learnedReader struct {
	data []byte
	bad  bool
}

func (r *learnedReader) take(n int) []byte {
	if r.bad || n < 0 || n > len(r.data) {
		r.bad = true
		return nil
	}
	taken := r.data[:n]
	r.data = r.data[n:]
	return taken
}

func (r *learnedReader) int64() int64 {
	if b := r.take(8); b != nil {
		return int64(binary.LittleEndian.Uint64(b))
	}
	return 0
}

func (r *learnedReader) uint32() uint32 {
	if b := r.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *learnedReader) count() int32 {
	v, n := binary.Uvarint(r.data)
	if n <= 0 || v > math.MaxInt32 {
		r.bad = true
		return 0
	}
	r.data = r.data[n:]
	return int32(v)
}

func (r *learnedReader) stat() (ids.SKU, itemStat) {
	sku := ids.SKU(r.take(int(r.count())))
	stat := itemStat{trend: math.Float64frombits(uint64(r.int64())), buyers: r.count()}
	for w := range stat.recent {
		stat.recent[w] = r.count()
	}
	stat.gapPeople, stat.gapDays = r.count(), r.count()
	if !(stat.trend >= 0 && stat.trend <= math.MaxUint32*decayOne) {
		r.bad = true
	}
	return sku, stat
}

package dialect

import (
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/lib/pq"
)

// Set is a batch of rows as one argument: typed arrays on Postgres, one JSON text on SQLite. It goes last among a
// statement's arguments, after the scalars, and appears in the text as {set}. All columns have the same length.
//
//	tx.Exec(ctx, `INSERT INTO mark (subject, kind, at_ms) SELECT s.subject, s.kind, $1 FROM {set} WHERE true ON CONFLICT …`,
//		nowMS, dialect.Rows(dialect.Text("subject", subjects), dialect.Text("kind", kinds)))
type Set struct {
	columns []Column
	n       int
	shape   string // names and kinds of the columns: the same statement may be given sets of several shapes
}

// Column is one column of a Set.
type Column struct {
	name  string
	kind  columnKind
	texts []string
	ints  []int64
	nums  []float64
	blobs [][]byte
}

type columnKind uint8

const (
	textColumn columnKind = iota
	intColumn
	floatColumn
	blobColumn
)

// Text is a column of texts. Any type whose underlying type is string will do. What is not UTF-8, and NUL, which
// Postgres does not store, become U+FFFD.
func Text[T ~string](name string, values []T) Column {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = clean(string(v))
	}
	return Column{name: name, kind: textColumn, texts: texts}
}

// Int is a column of 64-bit integers.
func Int[T ~int | ~int64 | ~uint8](name string, values []T) Column {
	ints := make([]int64, len(values))
	for i, v := range values {
		ints[i] = int64(v)
	}
	return Column{name: name, kind: intColumn, ints: ints}
}

// Bool is a column of 0 and 1: both databases store truth as a small integer.
func Bool(name string, values []bool) Column {
	ints := make([]int64, len(values))
	for i, v := range values {
		ints[i] = Truth(v)
	}
	return Column{name: name, kind: intColumn, ints: ints}
}

// Float is a column of finite numbers.
func Float(name string, values []float64) Column {
	return Column{name: name, kind: floatColumn, nums: values}
}

// Blob is a column of bytes. A nil value is NULL; SQLite reads an empty one back as nil.
func Blob(name string, values [][]byte) Column {
	return Column{name: name, kind: blobColumn, blobs: values}
}

// Truth is how a bool is stored.
func Truth(v bool) int64 {
	if v {
		return 1
	}
	return 0
}

// Of makes a column by reading one value of each item.
func Of[T any, V any](items []T, get func(*T) V) []V {
	out := make([]V, len(items))
	for i := range items {
		out[i] = get(&items[i])
	}
	return out
}

// Rows makes a Set. Columns of different lengths are a programming error and panic.
func Rows(columns ...Column) Set {
	s := Set{columns: columns}
	shape := make([]byte, 0, 16*len(columns))
	for i, c := range columns {
		shape = append(append(shape, c.name...), ' ', '0'+byte(c.kind), ' ')
		n := len(c.texts) + len(c.ints) + len(c.nums) + len(c.blobs)
		if i > 0 && n != s.n {
			panic("dialect: column " + c.name + " has another length than " + columns[0].name)
		}
		s.n = n
	}
	s.shape = string(shape)
	return s
}

// Len is the number of rows.
func (s Set) Len() int { return s.n }

func clean(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

var expansions sync.Map // expansionKey → string; bounded by the number of constant texts in the program

type expansionKey struct {
	kind        Kind
	text, shape string
}

// expand replaces the macros and spreads the Set over the driver's arguments. empty says that the set has no rows.
func expand(kind Kind, query string, args []any) (text string, out []any, empty bool) {
	var set Set
	scalars := len(args)
	if scalars > 0 {
		if last, ok := args[scalars-1].(Set); ok {
			if last.n == 0 {
				return "", nil, true
			}
			set, scalars = last, scalars-1
		}
	}
	key := expansionKey{kind, query, set.shape}
	if known, ok := expansions.Load(key); ok {
		text = known.(string)
	} else {
		text = expandText(kind, query, set, scalars)
		expansions.Store(key, text)
	}
	if set.n == 0 {
		return text, args, false
	}
	if kind == SQLite {
		return text, append(append(make([]any, 0, scalars+1), args[:scalars]...), set.json()), false
	}
	out = append(make([]any, 0, scalars+len(set.columns)), args[:scalars]...)
	for _, c := range set.columns {
		out = append(out, c.array())
	}
	return text, out, false
}

func expandText(kind Kind, query string, set Set, scalars int) string {
	lock, skip := "", ""
	if kind == Postgres {
		lock, skip = "FOR UPDATE", "FOR UPDATE SKIP LOCKED"
	}
	return strings.NewReplacer("{set}", set.table(kind, scalars), "{for update}", lock, "{skip locked}", skip).Replace(query)
}

func (s Set) table(kind Kind, scalars int) string {
	var b strings.Builder
	if kind == Postgres {
		b.WriteString("unnest(")
		for i, c := range s.columns {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString("$" + strconv.Itoa(scalars+1+i))
			b.WriteString([]string{"::text[]", "::bigint[]", "::double precision[]", "::bytea[]"}[c.kind])
		}
		b.WriteString(") AS s(")
		for i, c := range s.columns {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(c.name)
		}
		return b.String() + ")"
	}
	b.WriteString("(SELECT ")
	for i, c := range s.columns {
		if i > 0 {
			b.WriteString(", ")
		}
		value := "(value ->> " + strconv.Itoa(i) + ")"
		if c.kind == blobColumn {
			value = "unhex" + value
		}
		b.WriteString(value + " AS " + c.name)
	}
	b.WriteString(" FROM json_each($" + strconv.Itoa(scalars+1) + ")) AS s")
	return b.String()
}

func (c Column) array() any {
	switch c.kind {
	case intColumn:
		return pq.Int64Array(c.ints)
	case floatColumn:
		return pq.Float64Array(c.nums)
	case blobColumn:
		return pq.ByteaArray(c.blobs)
	default:
		return pq.StringArray(c.texts)
	}
}

func (s Set) json() string {
	b := make([]byte, 0, 64*s.n*len(s.columns))
	b = append(b, '[')
	for row := range s.n {
		if row > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for i, c := range s.columns {
			if i > 0 {
				b = append(b, ',')
			}
			b = c.appendJSON(b, row)
		}
		b = append(b, ']')
	}
	return string(append(b, ']'))
}

func (c Column) appendJSON(b []byte, row int) []byte {
	switch c.kind {
	case intColumn:
		return strconv.AppendInt(b, c.ints[row], 10)
	case floatColumn:
		text, err := json.Marshal(c.nums[row])
		if err != nil {
			panic("dialect: column " + c.name + " holds a number that is not finite")
		}
		if !strings.ContainsAny(string(text), ".eE") {
			text = append(text, '.', '0') // or SQLite would read an integer
		}
		return append(b, text...)
	case blobColumn:
		if c.blobs[row] == nil {
			return append(b, "null"...)
		}
		b = append(b, '"')
		b = hex.AppendEncode(b, c.blobs[row])
		return append(b, '"')
	default:
		text, err := json.Marshal(c.texts[row])
		if err != nil {
			panic(err) // a string always marshals
		}
		return append(b, text...)
	}
}

package dialect

import (
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/lib/pq"
)

// Set is a batch of rows as one argument: typed arrays on Postgres, one JSON text on SQLite, blobs beside them. It goes last among a
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
	return text, set.arguments(kind, append(make([]any, 0, scalars+3*len(set.columns)), args[:scalars]...)), false
}

func expandText(kind Kind, query string, set Set, scalars int) string {
	lock, skip := "", ""
	if kind == Postgres {
		lock, skip = "FOR UPDATE", "FOR UPDATE SKIP LOCKED"
	}
	return strings.NewReplacer("{set}", set.table(kind, scalars), "{for update}", lock, "{skip locked}", skip).Replace(query)
}

// table is the text that stands for the Set. The bytes of a blob column travel as one argument of their own, cut by
// offset and length: as elements of an array, or as hexadecimal within JSON, they would be copied and parsed many times.
func (s Set) table(kind Kind, scalars int) string {
	var outer, inner, types []string
	next := scalars + 1
	placeholder := func() string {
		next++
		return "$" + strconv.Itoa(next-1)
	}
	if kind == Postgres {
		for _, c := range s.columns {
			if c.kind != blobColumn {
				outer, inner, types = append(outer, "u."+c.name), append(inner, c.name), append(types, placeholder()+c.kind.array())
				continue
			}
			outer = append(outer, "CASE WHEN u."+c.name+"_size >= 0 THEN substring("+placeholder()+"::bytea FROM CAST(u."+c.name+
				"_at AS integer) FOR CAST(u."+c.name+"_size AS integer)) END AS "+c.name)
			inner = append(inner, c.name+"_at", c.name+"_size")
			types = append(types, placeholder()+"::bigint[]", placeholder()+"::bigint[]")
		}
		return "(SELECT " + strings.Join(outer, ", ") + " FROM unnest(" + strings.Join(types, ", ") + ") AS u(" + strings.Join(inner, ", ") + ")) AS s"
	}
	place := 0
	element := func() string {
		place++
		return "(value ->> " + strconv.Itoa(place-1) + ")"
	}
	for _, c := range s.columns {
		if c.kind != blobColumn {
			outer = append(outer, element()+" AS "+c.name)
			continue
		}
		at, size := element(), element()
		outer = append(outer, "CASE WHEN "+size+" >= 0 THEN substr("+placeholder()+", "+at+", "+size+") END AS "+c.name)
	}
	return "(SELECT " + strings.Join(outer, ", ") + " FROM json_each(" + placeholder() + ")) AS s"
}

func (k columnKind) array() string {
	return [...]string{"::text[]", "::bigint[]", "::double precision[]"}[k]
}

// arguments gives what the placeholders of table stand for, in their order.
func (s Set) arguments(kind Kind, out []any) []any {
	for _, c := range s.columns {
		switch {
		case c.kind == blobColumn:
			all, at, size := c.joined()
			out = append(out, all)
			if kind == Postgres {
				out = append(out, pq.Int64Array(at), pq.Int64Array(size))
			}
		case kind == SQLite:
		case c.kind == intColumn:
			out = append(out, pq.Int64Array(c.ints))
		case c.kind == floatColumn:
			out = append(out, pq.Float64Array(c.nums))
		default:
			out = append(out, pq.StringArray(c.texts))
		}
	}
	if kind == SQLite {
		out = append(out, s.json())
	}
	return out
}

// joined is a blob column as one value with the place (from 1) and size of each; size -1 is NULL.
func (c Column) joined() (all []byte, at, size []int64) {
	total := 0
	for _, b := range c.blobs {
		total += len(b)
	}
	all = make([]byte, 0, total)
	at, size = make([]int64, len(c.blobs)), make([]int64, len(c.blobs))
	for i, b := range c.blobs {
		at[i], size[i] = int64(len(all))+1, int64(len(b))
		if b == nil {
			size[i] = -1
		}
		all = append(all, b...)
	}
	return all, at, size
}

func (s Set) json() string {
	columns := make([]Column, 0, len(s.columns)+2)
	for _, c := range s.columns {
		if c.kind == blobColumn {
			_, at, size := c.joined()
			columns = append(columns, Column{kind: intColumn, ints: at}, Column{kind: intColumn, ints: size})
			continue
		}
		columns = append(columns, c)
	}
	b := make([]byte, 0, 32*s.n*len(columns))
	b = append(b, '[')
	for row := range s.n {
		if row > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for i, c := range columns {
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
	default:
		text, err := json.Marshal(c.texts[row])
		if err != nil {
			panic(err) // a string always marshals
		}
		return append(b, text...)
	}
}

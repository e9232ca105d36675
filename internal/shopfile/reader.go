package shopfile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/text/unicode/norm"

	"osusume/internal/fault"
)

// Options is what reading depends on besides the file.
type Options struct {
	Zone      *time.Location // for times without an offset; nil means UTC
	NowMS     int64          // to refuse dates that lie ahead
	Sensitive []string       // further sensitive categories of the shop
}

// Reader gives the rows of one file. It is not safe for concurrent use, except BytesRead.
type Reader struct {
	schema  *schema
	opts    Options
	lines   *lineReader
	json    bool
	columns []int // position in the file to column of the schema, -1 = unknown
	fields  []string
	cells   []string
	unknown []string
	read    *counter
	closers []io.Closer
	done    error
	last    row
}

// maxUnknown bounds the list of unknown columns that JSON Lines can grow.
const maxUnknown = 50

// Open reads a file. A file that cannot be understood at all (no header, a required column missing, a wrong format) is
// fault.Invalid with one sentence saying what to do.
func Open(path string, kind Kind, opts Options) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("shopfile: open: %w", err)
	}
	r, err := NewReader(f, kind, opts)
	if err != nil {
		_ = f.Close() // the first error says more
		return nil, err
	}
	r.closers = append(r.closers, f)
	return r, nil
}

// NewReader reads from in, which it does not close.
func NewReader(in io.Reader, kind Kind, opts Options) (*Reader, error) {
	s, known := schemas[kind]
	if !known {
		return nil, fault.Newf(fault.Invalid, "shopfile", "unknown kind %q", kind)
	}
	if opts.Zone == nil {
		opts.Zone = time.UTC
	}
	r := &Reader{schema: s, opts: opts, read: &counter{in: in}, cells: make([]string, len(s.columns))}
	if err := r.begin(); err != nil {
		return nil, fault.New(fault.Invalid, "shopfile: "+string(kind), err)
	}
	return r, nil
}

func (r *Reader) begin() error {
	buffered := bufio.NewReaderSize(r.read, 64<<10)
	var in io.Reader = buffered
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(buffered)
		if err != nil {
			return fmt.Errorf("the gzip file is damaged: %w", err)
		}
		r.closers = append(r.closers, unzipped)
		in = unzipped
	}
	lines, err := newLineReader(in)
	if err != nil {
		return err
	}
	r.lines = lines
	first, err := r.firstLine()
	if err != nil {
		return err
	}
	r.lines.putBack([]line{first})
	if bytes.HasPrefix(bytes.TrimSpace(first.text), []byte("{")) {
		r.json = true
		return nil
	}
	return r.readHeader()
}

func (r *Reader) firstLine() (line, error) {
	for {
		l, err := r.lines.next()
		if errors.Is(err, io.EOF) {
			return line{}, errors.New("the file is empty; its first line must name the columns: " + r.schema.wanted())
		}
		if err != nil {
			return line{}, fmt.Errorf("reading the first line: %w", err)
		}
		if len(bytes.TrimSpace(l.text)) > 0 {
			return l, nil
		}
	}
}

func (r *Reader) readHeader() error {
	head, err := r.nextCSV()
	if err != nil {
		return fmt.Errorf("reading the header: %w", err)
	}
	if head.reason != "" {
		return fmt.Errorf("the header cannot be read: %s", head.reason)
	}
	seen := map[int]bool{}
	for _, field := range head.fields {
		column, known := r.schema.index[columnName(field)]
		if !known {
			column = -1
			r.noteUnknown(field)
		} else if seen[column] {
			return fmt.Errorf("the column %s is there twice", r.schema.columns[column].name)
		}
		seen[column] = true
		r.columns = append(r.columns, column)
	}
	var missing []string
	for i, c := range r.schema.columns {
		if c.required && !seen[i] {
			missing = append(missing, c.name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("the header lacks %s; it names: %s", strings.Join(missing, ", "), clip(strings.Join(head.fields, ", "), 200))
	}
	return nil
}

func columnName(field string) string {
	return strings.ToLower(strings.TrimSpace(norm.NFKC.String(field)))
}

func (r *Reader) noteUnknown(name string) {
	name = clip(strings.TrimSpace(name), 80)
	if name != "" && len(r.unknown) < maxUnknown && !slices.Contains(r.unknown, name) {
		r.unknown = append(r.unknown, name)
	}
}

// Unknown lists the columns that no one reads, each once. For JSON Lines it is complete at the end of the file.
func (r *Reader) Unknown() []string { return slices.Sorted(slices.Values(r.unknown)) }

// BytesRead gives how much of the file (as stored, compressed or not) was read, for a progress bar.
func (r *Reader) BytesRead() int64 { return r.read.n.Load() }

// Next gives the next row, as a record or as a rejection. The error is io.EOF at the end; any other error means that
// the rest of the file cannot be read and names the line reached.
func (r *Reader) Next() (Record, *Rejection, error) {
	if r.done != nil {
		return nil, nil, r.done
	}
	next, err := r.nextRow()
	if err != nil {
		if !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = fault.Newf(fault.Invalid, "shopfile", "after line %d: %w", r.lines.number, err)
		}
		r.done = err
		return nil, nil, err
	}
	r.last = next
	reason := next.reason
	if reason == "" {
		reason = r.fill(next)
	}
	if reason == "" {
		c := cells{schema: r.schema, values: r.cells, opts: &r.opts}
		rec := r.schema.build(&c)
		if c.reason == "" {
			return rec, nil, nil
		}
		reason = c.reason
	}
	return nil, &Rejection{Line: next.number, Reason: reason, Row: clip(next.raw, keptRow)}, nil
}

// Refuse makes the rejection of the row that Next gave last, for a record that the store does not take.
func (r *Reader) Refuse(reason string) Rejection {
	return Rejection{Line: r.last.number, Reason: reason, Row: clip(r.last.raw, keptRow)}
}

func (r *Reader) nextRow() (row, error) {
	if r.json {
		return r.nextJSON()
	}
	return r.nextCSV()
}

// fill brings the row's cells into the order of the schema.
func (r *Reader) fill(next row) (reason string) {
	clear(r.cells)
	if r.json {
		for column, value := range next.cells {
			r.cells[column] = value
		}
		return ""
	}
	if len(next.fields) != len(r.columns) && !onlyBlanksBeyond(next.fields, len(r.columns)) {
		return fmt.Sprintf("the row has %d cells, the header has %d", len(next.fields), len(r.columns))
	}
	for i, column := range r.columns {
		if column >= 0 {
			r.cells[column] = next.fields[i]
		}
	}
	return ""
}

// onlyBlanksBeyond lets trailing commas pass, which spreadsheets like to add.
func onlyBlanksBeyond(fields []string, n int) bool {
	if len(fields) < n {
		return false
	}
	for _, f := range fields[n:] {
		if strings.TrimSpace(f) != "" {
			return false
		}
	}
	return true
}

// Close closes what Open opened.
func (r *Reader) Close() error {
	var errs []error
	for _, c := range r.closers {
		errs = append(errs, c.Close())
	}
	r.closers = nil
	return errors.Join(errs...)
}

type counter struct {
	in io.Reader
	n  atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}

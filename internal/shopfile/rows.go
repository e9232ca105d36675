package shopfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxJoined limits how many physical lines one quoted cell may span. An unterminated quote would otherwise swallow the
// rest of the file; with the limit it costs exactly its own line.
const (
	maxJoined      = 64
	maxJoinedBytes = 1 << 20
)

const neverClosed = "a quote (\") is opened and never closed"

// row is one row before its cells are understood.
type row struct {
	number int
	raw    string
	cells  map[int]string // nil for CSV
	fields []string
	reason string // not empty: the row cannot even be split
}

// splitCSV splits text into cells. more says that a quote is still open at its end.
func splitCSV(text []byte, fields []string) (out []string, more bool, problem string) {
	out = fields[:0]
	for i := 0; ; {
		if i < len(text) && text[i] == '"' {
			var cell []byte
			i++
			for {
				end := bytes.IndexByte(text[i:], '"')
				if end < 0 {
					return out, true, ""
				}
				cell = append(cell, text[i:i+end]...)
				i += end + 1
				if i < len(text) && text[i] == '"' {
					cell = append(cell, '"')
					i++
					continue
				}
				break
			}
			for i < len(text) && (text[i] == ' ' || text[i] == '\t') {
				i++
			}
			if i < len(text) && text[i] != ',' {
				return out, false, fmt.Sprintf("cell %d: text after the closing quote", len(out)+1)
			}
			out = append(out, string(cell))
		} else {
			end := bytes.IndexByte(text[i:], ',')
			if end < 0 {
				end = len(text) - i
			}
			out = append(out, string(text[i:i+end]))
			i += end
		}
		if i >= len(text) {
			return out, false, ""
		}
		i++ // the comma
	}
}

// nextCSV gives the next row that is not blank.
func (r *Reader) nextCSV() (row, error) {
	for {
		first, err := r.lines.next()
		if err != nil {
			return row{}, err
		}
		if len(bytes.TrimSpace(first.text)) == 0 && !first.tooLong {
			continue
		}
		if reason := unreadable(first); reason != "" {
			return row{number: first.number, raw: string(first.text), reason: reason}, nil
		}
		text := first.text
		var joined []line
		for {
			fields, more, problem := splitCSV(text, r.fields)
			r.fields = fields
			if problem != "" && len(joined) > 0 {
				// The quote met one of a later row: only the row that opened it is lost.
				r.lines.putBack(joined)
				return row{number: first.number, raw: string(first.text), reason: neverClosed}, nil
			}
			if !more {
				return row{number: first.number, raw: string(text), fields: fields, reason: problem}, nil
			}
			next, err := r.lines.next()
			if err != nil && !errors.Is(err, io.EOF) {
				return row{}, err
			}
			if err != nil || unreadable(next) != "" || len(joined) >= maxJoined || len(text)+len(next.text) > maxJoinedBytes {
				if err == nil {
					joined = append(joined, next)
				}
				r.lines.putBack(joined)
				return row{number: first.number, raw: string(first.text), reason: neverClosed}, nil
			}
			joined = append(joined, next)
			if len(joined) == 1 {
				text = append([]byte{}, text...)
			}
			text = append(append(text, '\n'), next.text...)
		}
	}
}

func unreadable(l line) string {
	switch {
	case l.tooLong:
		return "the line is longer than 1 MiB"
	case l.broken:
		return "the line is neither valid UTF-8 nor valid Shift_JIS"
	case bytes.IndexByte(l.text, 0) >= 0:
		return "the line contains a NUL byte"
	default:
		return ""
	}
}

// nextJSON gives the next row of JSON Lines that is not blank.
func (r *Reader) nextJSON() (row, error) {
	for {
		l, err := r.lines.next()
		if err != nil {
			return row{}, err
		}
		text := bytes.TrimSpace(l.text)
		if len(text) == 0 && !l.tooLong {
			continue
		}
		out := row{number: l.number, raw: string(l.text), reason: unreadable(l)}
		if out.reason == "" {
			out.cells, out.reason = r.splitJSON(text)
		}
		return out, nil
	}
}

func (r *Reader) splitJSON(text []byte) (map[int]string, string) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil || object == nil {
		return nil, "the line is not one JSON object"
	}
	cells := make(map[int]string, len(object))
	for name, value := range object {
		column, known := r.schema.index[columnName(name)]
		if !known {
			r.noteUnknown(name)
			continue
		}
		cell, ok := jsonCell(value, r.schema.columns[column])
		if !ok {
			return nil, r.schema.columns[column].name + ": must be a text, a number, true or false"
		}
		cells[column] = cell
	}
	return cells, ""
}

// jsonCell gives the text that a CSV cell would hold for the value.
func jsonCell(value json.RawMessage, c column) (string, bool) {
	if len(value) == 0 {
		return "", true
	}
	switch value[0] {
	case '"':
		var s string
		err := json.Unmarshal(value, &s)
		return s, err == nil
	case '[':
		var parts []string
		if !c.list || json.Unmarshal(value, &parts) != nil {
			return "", false
		}
		return strings.Join(parts, "|"), true
	case 'n':
		return "", true
	case '{':
		return string(value), c.object
	default: // a number, true or false
		return string(value), true
	}
}

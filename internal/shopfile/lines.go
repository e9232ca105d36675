package shopfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
)

const (
	maxLine = 1 << 20 // bytes of one physical line; a longer one is rejected without being kept
	keptRow = 4 << 10 // bytes of an overlong line that are kept for the report
	peeked  = 256 << 10
)

type charset uint8

const (
	undecided charset = iota // only ASCII so far
	asUTF8
	asShiftJIS
)

// line is one physical line without its line end.
type line struct {
	number  int
	text    []byte
	tooLong bool
	broken  bool // neither encoding reads it
}

// lineReader gives decoded lines. The bytes of a line stay valid until the caller drops them.
type lineReader struct {
	in      *bufio.Reader
	set     charset
	number  int
	pending []line // put back, to be given again first
}

func newLineReader(r io.Reader) (*lineReader, error) {
	in := bufio.NewReaderSize(r, peeked)
	head, err := in.Peek(peeked)
	if err != nil && !errors.Is(err, io.EOF) && len(head) == 0 {
		return nil, err // with a head, the rows before the damage are read first
	}
	l := &lineReader{in: in}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		l.set = asUTF8
		_, _ = in.Discard(3) // the three bytes were just peeked
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return nil, errors.New("the file is UTF-16; save it as UTF-8 (「CSV UTF-8」) or Shift_JIS")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nil, errors.New("the file is a workbook or a zip archive; save it as CSV")
	default:
		l.set = guess(head)
	}
	return l, nil
}

// guess decides by the number of lines each encoding can read, so that one damaged line does not turn a whole file.
func guess(head []byte) charset {
	utf, sjis := 0, 0
	for len(head) > 0 {
		text, rest, found := bytes.Cut(head, []byte{'\n'})
		head = rest
		if !found { // the peek may end in the middle of a character
			text = trimPartialRune(text)
		}
		if isASCII(text) {
			continue
		}
		if utf8.Valid(text) {
			utf++
		} else if _, ok := fromShiftJIS(text); ok {
			sjis++
		}
	}
	switch {
	case utf == 0 && sjis == 0:
		return undecided
	case sjis > utf:
		return asShiftJIS
	default:
		return asUTF8
	}
}

func trimPartialRune(text []byte) []byte {
	for i := 1; i <= 3 && i <= len(text); i++ {
		if c := text[len(text)-i]; utf8.RuneStart(c) && c >= utf8.RuneSelf {
			if !utf8.FullRune(text[len(text)-i:]) {
				return text[:len(text)-i]
			}
			break
		}
	}
	return text
}

func isASCII(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func fromShiftJIS(text []byte) ([]byte, bool) {
	decoded, err := japanese.ShiftJIS.NewDecoder().Bytes(text)
	return decoded, err == nil && !bytes.ContainsRune(decoded, utf8.RuneError)
}

// next gives io.EOF after the last line.
func (l *lineReader) next() (line, error) {
	if len(l.pending) > 0 {
		first := l.pending[0]
		l.pending = l.pending[1:]
		return first, nil
	}
	var text []byte
	tooLong := false
	for {
		part, err := l.in.ReadSlice('\n')
		if room := maxLine - len(text); len(part) > room {
			tooLong = true
			part = part[:max(0, min(len(part), keptRow-len(text)))]
		}
		if !tooLong || len(text) < keptRow {
			text = append(text, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if errors.Is(err, io.EOF) && (len(text) > 0 || tooLong) {
			break
		}
		if err != nil {
			return line{}, err
		}
		break
	}
	l.number++
	text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte{'\n'}), []byte{'\r'})
	if tooLong {
		text = bytes.ToValidUTF8(text[:min(len(text), keptRow)], []byte("\uFFFD"))
		return line{number: l.number, text: text, tooLong: true}, nil
	}
	decoded, ok := l.decode(text)
	return line{number: l.number, text: decoded, broken: !ok}, nil
}

func (l *lineReader) decode(text []byte) ([]byte, bool) {
	if isASCII(text) {
		return text, true
	}
	if l.set == undecided {
		if utf8.Valid(text) {
			l.set = asUTF8
		} else if _, ok := fromShiftJIS(text); ok {
			l.set = asShiftJIS
		}
	}
	if l.set == asShiftJIS {
		if decoded, ok := fromShiftJIS(text); ok {
			return decoded, true
		}
	} else if utf8.Valid(text) {
		return text, true
	}
	return bytes.ToValidUTF8(text, []byte("\uFFFD")), false
}

// putBack makes the lines come again, in their order.
func (l *lineReader) putBack(lines []line) {
	l.pending = append(append([]line{}, lines...), l.pending...)
}

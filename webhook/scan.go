package webhook

import (
	"bytes"
	"encoding/json"
	"strings"
)

// The functions of this file walk JSON that json.Valid has accepted, without building values: intake reads a handful of
// members and stores the rest as the bytes that came. On other input they stop early but never run out of bounds.

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// skipString gives the index after the string that begins at i.
func skipString(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// skipValue gives the index after the value that begins at i.
func skipValue(b []byte, i int) int {
	if i >= len(b) {
		return len(b)
	}
	switch b[i] {
	case '"':
		return skipString(b, i)
	case '{', '[':
		depth := 0
		for i < len(b) {
			switch b[i] {
			case '"':
				i = skipString(b, i)
				continue
			case '{', '[':
				depth++
			case '}', ']':
				depth--
				if depth == 0 {
					return i + 1
				}
			}
			i++
		}
		return len(b)
	default:
		for i < len(b) && !strings.ContainsRune(" \t\r\n,]}", rune(b[i])) {
			i++
		}
		return i
	}
}

// members calls visit with each raw key (with its quotes) and value of the object, until visit says to stop.
func members(object []byte, visit func(key, value []byte) bool) {
	i := skipSpace(object, 0)
	if i >= len(object) || object[i] != '{' {
		return
	}
	for i++; i < len(object); i++ {
		i = skipSpace(object, i)
		if i >= len(object) || object[i] != '"' {
			return
		}
		end := skipString(object, i)
		key := object[i:end]
		i = skipSpace(object, end)
		if i >= len(object) || object[i] != ':' {
			return
		}
		i = skipSpace(object, i+1)
		end = skipValue(object, i)
		if end <= i || !visit(key, object[i:end]) {
			return
		}
		i = skipSpace(object, end)
		if i >= len(object) || object[i] != ',' {
			return
		}
	}
}

// elements gives the raw values of the array.
func elements(array []byte) []json.RawMessage {
	var out []json.RawMessage
	i := skipSpace(array, 0)
	if i >= len(array) || array[i] != '[' {
		return nil
	}
	for i++; i < len(array); i++ {
		i = skipSpace(array, i)
		if i >= len(array) || array[i] == ']' {
			break
		}
		end := skipValue(array, i)
		if end <= i {
			break
		}
		out = append(out, array[i:end])
		i = skipSpace(array, end)
		if i >= len(array) || array[i] != ',' {
			break
		}
	}
	return out
}

// unquote gives the text of a JSON string; ok is false for any other value.
func unquote(raw []byte) (text string, ok bool) {
	if len(raw) < 2 || raw[0] != '"' {
		return "", false
	}
	inner := raw[1 : len(raw)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner), true
	}
	if err := json.Unmarshal(raw, &text); err != nil {
		return "", false
	}
	return text, true
}

// keyName gives the text of a raw key, without copying it unless it has escapes.
func keyName(key []byte) []byte {
	if bytes.IndexByte(key, '\\') >= 0 {
		text, _ := unquote(key)
		return []byte(text)
	}
	return key[1 : len(key)-1]
}

// maxDepth is how deep an event may nest. LINE's go six deep; the bound keeps the recursion below small.
const maxDepth = 64

// oddKeys says why the keys of the value cannot be trusted: one appears twice in one object, or the nesting is absurd.
// Keys that differ only in case count as the same one, since decoders that ignore case would read the second over the
// first and so see another event than the door did.
func oddKeys(value []byte, depth int) string {
	if len(value) == 0 || (value[0] != '{' && value[0] != '[') {
		return ""
	}
	if depth > maxDepth {
		return badDepth
	}
	if value[0] == '[' {
		for _, element := range elements(value) {
			if reason := oddKeys(element, depth+1); reason != "" {
				return reason
			}
		}
		return ""
	}
	var few [24][]byte // no LINE object has more members, so the map below is for hostile ones
	seen, many := few[:0], map[string]bool(nil)
	reason := ""
	members(value, func(key, inner []byte) bool {
		key = keyName(key)
		switch {
		case many != nil:
			folded := foldKey(key)
			if many[folded] {
				reason = badDuplicateKey
				return false
			}
			many[folded] = true
		case len(seen) == cap(seen):
			many = make(map[string]bool, 2*len(seen))
			for _, k := range seen {
				many[foldKey(k)] = true
			}
			if folded := foldKey(key); many[folded] {
				reason = badDuplicateKey
				return false
			} else {
				many[folded] = true
			}
		default:
			for _, k := range seen {
				if bytes.EqualFold(k, key) {
					reason = badDuplicateKey
					return false
				}
			}
			seen = append(seen, key)
		}
		reason = oddKeys(inner, depth+1)
		return reason == ""
	})
	return reason
}

// foldKey maps keys that bytes.EqualFold holds equal to one text. Upper before lower takes the long s and the Kelvin
// sign, which fold to ASCII letters, along.
func foldKey(key []byte) string { return strings.ToLower(strings.ToUpper(string(key))) }

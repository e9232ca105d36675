package app

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

func checkAddr(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err != nil {
		return fmt.Errorf("must be HOST:PORT or :PORT")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("must end in a port between 0 and 65535")
	}
	return nil
}

// parseBaseURL reads the address of a server, to which paths are appended.
func parseBaseURL(v string) (string, error) {
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", fmt.Errorf("must be an address such as https://shop.example, without user, query or fragment")
	}
	return strings.TrimRight(v, "/"), nil
}

// checkLink accepts what a customer can open: LINE allows 1,000 characters of http or https in a button.
func checkLink(v string) error {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || utf8.RuneCountInString(v) > 1000 {
		return fmt.Errorf("must be an http or https address of at most 1,000 characters")
	}
	return nil
}

// checkLine accepts one line of visible text that stands in messages to customers.
func checkLine(v string, limit int) error {
	if !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) {
		return fmt.Errorf("must be one line of text in UTF-8")
	}
	if utf8.RuneCountInString(v) > limit {
		return fmt.Errorf("is longer than %d characters", limit)
	}
	return nil
}

// checkToken accepts what can stand in an HTTP header as it is.
func checkToken(v string) error {
	for _, r := range v {
		if r <= ' ' || r > '~' {
			return fmt.Errorf("must be letters, digits and signs without spaces")
		}
	}
	return nil
}

func checkOneOf(v string, allowed ...string) error {
	for _, a := range allowed {
		if v == a {
			return nil
		}
	}
	return fmt.Errorf("must be one of: %s", strings.Join(allowed, ", "))
}

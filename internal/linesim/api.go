package linesim

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// response is what a handler answers; written at one place so that faults can come between.
type response struct {
	status int
	body   []byte
	mime   string
	extra  [2]string // one more header
}

// call is an API call on its way through a handler.
type call struct {
	r         *http.Request
	body      []byte
	params    [2]string
	requestID string
}

type handler func(*Sim, *call) response

// route is one endpoint. Segments in braces are parameters.
type route struct {
	method, path string
	handle       handler
	open         bool // needs no access token
	binary       bool // its body is no JSON
}

func (r route) endpoint() string { return r.method + " " + r.path }

const maxBody = 2 << 20 // LINE's 2 MB

var (
	okEmpty  = []byte("{}")
	jsonMIME = "application/json"
)

func answer(status int, v any) response {
	b, err := json.Marshal(v)
	if err != nil {
		return failure(http.StatusInternalServerError, "Internal Server Error")
	}
	return response{status: status, body: b, mime: jsonMIME}
}

func failure(status int, message string) response {
	return answer(status, APIError{Message: message})
}

func refuse(e *APIError) response { return answer(e.Status, e) }

// statusText is LINE's wording for statuses that faults bring about.
func statusText(status int) string {
	switch status {
	case http.StatusTooManyRequests:
		return rateText
	case http.StatusInternalServerError:
		return "The error occurred on our end"
	}
	return http.StatusText(status)
}

const (
	rateText  = "The API rate limit has been exceeded. Try again later."
	quotaText = "You have reached your monthly limit."
	authText  = "Authentication failed due to the following reason: invalid token. Confirm that the access token in the authorization header is valid."
)

// ServeHTTP answers both of LINE's hosts.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.stats.Calls.Add(1)
	rt, params, known := find(r.Method, r.URL.Path)
	c := &call{r: r, params: params, requestID: s.uuid()}
	w.Header()["X-Line-Request-Id"] = []string{c.requestID}
	endpoint := rt.endpoint()
	if !known {
		endpoint = r.Method + " ?"
	}
	f := s.fault(endpoint, r)
	if f.Delay > 0 && !s.sleep(f.Delay) {
		return
	}
	if f.Drop {
		drop(w)
		return
	}
	var res response
	if f.Status != 0 {
		text := f.Message
		if text == "" {
			text = statusText(f.Status)
		}
		res = failure(f.Status, text)
	} else {
		res = s.handle(c, rt, known)
		if f.AcceptThen != 0 {
			res = failure(f.AcceptThen, statusText(f.AcceptThen))
		}
	}
	s.log(c, endpoint, res)
	if f.Late > 0 && !s.sleep(f.Late) {
		return
	}
	if f.AcceptThenDrop {
		drop(w)
		return
	}
	header := w.Header()
	header["Content-Type"] = []string{res.mime}
	if res.extra[0] != "" {
		header.Set(res.extra[0], res.extra[1])
	}
	w.WriteHeader(res.status)
	_, _ = w.Write(res.body)
}

// drop cuts the connection.
func drop(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}

func (s *Sim) log(c *call, endpoint string, res response) {
	if s.cfg.DropRecords && res.status < 400 {
		return
	}
	a := APICall{
		At: s.Now(), Endpoint: endpoint, Path: c.r.URL.Path, RequestID: c.requestID, Status: res.status,
		Request: append([]byte(nil), c.body[:min(len(c.body), logBodySize)]...),
	}
	if res.status >= 400 {
		a.Response = append([]byte(nil), res.body...)
	}
	s.logged.add(a)
	s.watch.bump()
}

func (s *Sim) handle(c *call, rt route, known bool) response {
	if !known {
		return failure(http.StatusNotFound, "Not found")
	}
	if !rt.open && !s.authorised(c.r) {
		return failure(http.StatusUnauthorized, authText)
	}
	if s.limited(rt.endpoint()) {
		return failure(http.StatusTooManyRequests, rateText)
	}
	if rt.handle == nil {
		return failure(http.StatusNotImplemented, "This simulator does not have this endpoint: "+rt.endpoint())
	}
	if c.r.Method == http.MethodPost || c.r.Method == http.MethodPut {
		if res, ok := c.read(rt.open || rt.binary); !ok {
			return res
		}
	}
	return rt.handle(s, c)
}

// read takes in the body within LINE's limit.
func (c *call) read(form bool) (response, bool) {
	if !form && c.r.ContentLength != 0 && !strings.HasPrefix(strings.ToLower(c.r.Header.Get("Content-Type")), "application/json") {
		return failure(http.StatusUnsupportedMediaType, "Unsupported media type"), false
	}
	var err error
	if n := c.r.ContentLength; n >= 0 && n <= maxBody {
		c.body = make([]byte, n)
		_, err = io.ReadFull(c.r.Body, c.body)
	} else {
		c.body, err = io.ReadAll(io.LimitReader(c.r.Body, maxBody+1))
	}
	switch {
	case c.r.ContentLength > maxBody || len(c.body) > maxBody:
		return failure(http.StatusRequestEntityTooLarge, "Request entity too large"), false
	case err != nil && !errors.Is(err, io.EOF):
		return failure(http.StatusBadRequest, "The request body could not be read"), false
	}
	return response{}, true
}

func (s *Sim) authorised(r *http.Request) bool {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	v, ok := s.tokens.Load(token)
	if !ok {
		return false
	}
	until := v.(int64)
	return until == 0 || s.Now().UnixMilli() < until
}

// find looks an endpoint up. LINE's paths are exact: no doubled or trailing slash.
func find(method, path string) (rt route, params [2]string, ok bool) {
	if rt, ok = exactRoutes()[method+" "+path]; ok {
		return rt, params, true
	}
	for _, rt := range patternRoutes() {
		if rt.method == method {
			if params, ok = match(rt.path, path); ok {
				return rt, params, true
			}
		}
	}
	return route{}, params, false
}

func match(pattern, path string) (params [2]string, ok bool) {
	n := 0
	for {
		p, prest, pmore := strings.Cut(pattern, "/")
		q, qrest, qmore := strings.Cut(path, "/")
		if strings.HasPrefix(p, "{") {
			if q == "" || n == len(params) {
				return params, false
			}
			params[n] = q
			n++
		} else if p != q {
			return params, false
		}
		if pmore != qmore {
			return params, false
		}
		if !pmore {
			return params, true
		}
		pattern, path = prest, qrest
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

package linesim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"sync"

	"github.com/rivo/uniseg"
)

// Rich menus: made by JSON, then given an image once, then shown to everybody or to single people.

// richMenus is the platform's store of them.
type richMenus struct {
	mu      sync.Mutex
	order   []string
	byID    map[string]*richMenu
	aliases map[string]string // alias → menu
	all     string            // the default
	users   map[string]string // user → menu
}

type richMenu struct {
	id    string
	raw   json.RawMessage
	image []byte
	mime  string
}

const (
	maxMenus      = 1000
	maxMenuImage  = 1 << 20
	maxMenuPeople = 500
)

type menuBounds struct{ X, Y, Width, Height int }

// checkMenu holds a rich menu against LINE's limits (line-platform §3.4).
func checkMenu(body []byte) *APIError {
	var v struct {
		Size              *struct{ Width, Height int }
		Selected          *bool
		Name, ChatBarText *string
		Areas             *[]struct {
			Bounds *menuBounds
			Action *struct{ Type string }
		}
	}
	if json.Unmarshal(body, &v) != nil {
		return &APIError{Status: http.StatusBadRequest, Message: "The request body could not be parsed as JSON (line: 1, column: 1)"}
	}
	var bad []ErrorDetail
	fail := func(property, message string) { bad = append(bad, ErrorDetail{Message: message, Property: property}) }
	switch {
	case v.Size == nil:
		fail("size", "May not be empty")
	case v.Size.Width < 800 || v.Size.Width > 2500:
		fail("size.width", "Must be between 800 and 2500")
	case v.Size.Height < 250:
		fail("size.height", "Must be 250 or more")
	case float64(v.Size.Width)/float64(v.Size.Height) < 1.45:
		fail("size", "The aspect ratio must be 1.45 or more")
	}
	if v.Selected == nil {
		fail("selected", "May not be empty")
	}
	if v.Name == nil || *v.Name == "" {
		fail("name", "May not be empty")
	} else if uniseg.GraphemeClusterCount(*v.Name) > 300 {
		fail("name", sizeText("Length", 1, 300))
	}
	if v.ChatBarText == nil || *v.ChatBarText == "" {
		fail("chatBarText", "May not be empty")
	} else if uniseg.GraphemeClusterCount(*v.ChatBarText) > 14 {
		fail("chatBarText", sizeText("Length", 1, 14))
	}
	if v.Areas == nil {
		fail("areas", "May not be empty")
	} else if len(*v.Areas) > 20 {
		fail("areas", sizeText("Size", 0, 20))
	} else {
		for i, a := range *v.Areas {
			at := fmt.Sprintf("areas[%d]", i)
			switch b := a.Bounds; {
			case b == nil:
				fail(at+".bounds", "May not be empty")
			case b.X < 0 || b.Y < 0 || b.Width < 1 || b.Height < 1 || v.Size != nil && (b.X+b.Width > v.Size.Width || b.Y+b.Height > v.Size.Height):
				fail(at+".bounds", "Must lie within the rich menu")
			}
			if a.Action == nil || a.Action.Type == "" {
				fail(at+".action", "May not be empty")
			}
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return &APIError{Status: http.StatusBadRequest, Message: fmt.Sprintf("The request body has %d error(s)", len(bad)), Details: bad}
}

func done() response { return response{status: http.StatusOK, body: okEmpty, mime: jsonMIME} }

func noMenu() response { return failure(http.StatusNotFound, "richmenu not found") }

// menus runs f with the store, which nothing else changes meanwhile.
func menus(f func(*Sim, *richMenus, *call) response) handler {
	return func(s *Sim, c *call) response {
		m := &s.menus
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.byID == nil {
			m.byID, m.aliases, m.users = map[string]*richMenu{}, map[string]string{}, map[string]string{}
		}
		return f(s, m, c)
	}
}

func (m *richMenu) view() json.RawMessage {
	v := map[string]json.RawMessage{}
	if json.Unmarshal(m.raw, &v) != nil {
		return m.raw
	}
	v["richMenuId"], _ = json.Marshal(m.id) // a string always marshals
	out, err := json.Marshal(v)
	if err != nil {
		return m.raw
	}
	return out
}

func makeMenu(s *Sim, m *richMenus, c *call) response {
	if bad := checkMenu(c.body); bad != nil {
		return refuse(bad)
	}
	if len(m.byID) >= maxMenus {
		return failure(http.StatusBadRequest, "The maximum number of rich menus has been reached")
	}
	id := "richmenu-" + s.hex()
	m.byID[id] = &richMenu{id: id, raw: slices.Clone(c.body)}
	m.order = append(m.order, id)
	return answer(http.StatusOK, map[string]string{"richMenuId": id})
}

func validateMenu(_ *Sim, c *call) response {
	if bad := checkMenu(c.body); bad != nil {
		return refuse(bad)
	}
	return done()
}

func listMenus(_ *Sim, m *richMenus, _ *call) response {
	list := []json.RawMessage{}
	for _, id := range m.order {
		list = append(list, m.byID[id].view())
	}
	return answer(http.StatusOK, map[string]any{"richmenus": list})
}

func getMenu(_ *Sim, m *richMenus, c *call) response {
	menu := m.byID[c.params[0]]
	if menu == nil {
		return noMenu()
	}
	return response{status: http.StatusOK, body: menu.view(), mime: jsonMIME}
}

func deleteMenu(_ *Sim, m *richMenus, c *call) response {
	id := c.params[0]
	if m.byID[id] == nil {
		return noMenu()
	}
	delete(m.byID, id)
	m.order = slices.DeleteFunc(m.order, func(s string) bool { return s == id })
	if m.all == id {
		m.all = ""
	}
	for user, menu := range m.users {
		if menu == id {
			delete(m.users, user)
		}
	}
	return done()
}

func putMenuImage(_ *Sim, m *richMenus, c *call) response {
	menu := m.byID[c.params[0]]
	kind := c.r.Header.Get("Content-Type")
	switch {
	case menu == nil:
		return noMenu()
	case kind != "image/png" && kind != "image/jpeg":
		return failure(http.StatusUnsupportedMediaType, "Unsupported media type")
	case menu.image != nil:
		return failure(http.StatusBadRequest, "An image has already been uploaded to the richmenu")
	case len(c.body) > maxMenuImage:
		return failure(http.StatusRequestEntityTooLarge, "Request entity too large")
	case http.DetectContentType(c.body) != kind:
		return failure(http.StatusBadRequest, "The image is broken or of another kind than its Content-Type says")
	}
	menu.image, menu.mime = c.body, kind
	return done()
}

func getMenuImage(_ *Sim, m *richMenus, c *call) response {
	menu := m.byID[c.params[0]]
	if menu == nil || menu.image == nil {
		return noMenu()
	}
	return response{status: http.StatusOK, body: menu.image, mime: menu.mime}
}

// usable is a menu that can be shown.
func (m *richMenus) usable(id string) (response, bool) {
	switch menu := m.byID[id]; {
	case menu == nil:
		return noMenu(), false
	case menu.image == nil:
		return failure(http.StatusBadRequest, "must upload richmenu image before applying it to user"), false
	}
	return response{}, true
}

func setDefaultMenu(_ *Sim, m *richMenus, c *call) response {
	if res, ok := m.usable(c.params[0]); !ok {
		return res
	}
	m.all = c.params[0]
	return done()
}

func getDefaultMenu(_ *Sim, m *richMenus, _ *call) response {
	if m.all == "" {
		return failure(http.StatusNotFound, "no default richmenu")
	}
	return answer(http.StatusOK, map[string]string{"richMenuId": m.all})
}

func clearDefaultMenu(_ *Sim, m *richMenus, _ *call) response {
	m.all = ""
	return done()
}

func linkMenu(_ *Sim, m *richMenus, c *call) response {
	if !validID(c.params[0], 'U') {
		return failure(http.StatusBadRequest, "The value for the 'userId' parameter is invalid")
	}
	if res, ok := m.usable(c.params[1]); !ok {
		return res
	}
	m.users[c.params[0]] = c.params[1] // 200 for people who are no friends too
	return done()
}

func menuOfUser(_ *Sim, m *richMenus, c *call) response {
	id := m.users[c.params[0]]
	if id == "" {
		return failure(http.StatusNotFound, "the user has no richmenu")
	}
	return answer(http.StatusOK, map[string]string{"richMenuId": id})
}

func unlinkMenu(_ *Sim, m *richMenus, c *call) response {
	delete(m.users, c.params[0])
	return done()
}

// bulkMenu links a menu to many people, or (link false) takes theirs away.
func bulkMenu(link bool) func(*Sim, *richMenus, *call) response {
	return func(_ *Sim, m *richMenus, c *call) response {
		var v struct {
			RichMenuID string `json:"richMenuId"`
			UserIDs    []string
		}
		if json.Unmarshal(c.body, &v) != nil || len(v.UserIDs) == 0 || len(v.UserIDs) > maxMenuPeople {
			return refuse(&APIError{Status: http.StatusBadRequest, Message: "The request body has 1 error(s)", Details: []ErrorDetail{{Message: sizeText("Size", 1, maxMenuPeople), Property: "userIds"}}})
		}
		for i, id := range v.UserIDs {
			if !validID(id, 'U') {
				return refuse(&APIError{Status: http.StatusBadRequest, Message: "The request body has 1 error(s)", Details: []ErrorDetail{{Message: "Invalid user ID", Property: fmt.Sprintf("userIds[%d]", i)}}})
			}
		}
		if link {
			if res, ok := m.usable(v.RichMenuID); !ok {
				return res
			}
		}
		for _, id := range v.UserIDs {
			if link {
				m.users[id] = v.RichMenuID
			} else {
				delete(m.users, id)
			}
		}
		return response{status: http.StatusAccepted, body: okEmpty, mime: jsonMIME}
	}
}

var aliasName = regexp.MustCompile(`^[a-z0-9_-]{1,32}$`)

type aliasBody struct {
	Alias string `json:"richMenuAliasId"`
	Menu  string `json:"richMenuId"`
}

func makeAlias(_ *Sim, m *richMenus, c *call) response {
	var v aliasBody
	if json.Unmarshal(c.body, &v) != nil || !aliasName.MatchString(v.Alias) {
		return refuse(&APIError{Status: http.StatusBadRequest, Message: "The request body has 1 error(s)", Details: []ErrorDetail{{Message: "Must be up to 32 of a-z, 0-9, _ and -", Property: "richMenuAliasId"}}})
	}
	if _, taken := m.aliases[v.Alias]; taken {
		return failure(http.StatusBadRequest, "conflict richmenu alias id")
	}
	return m.setAlias(v)
}

func (m *richMenus) setAlias(v aliasBody) response {
	menu := m.byID[v.Menu]
	if menu == nil || menu.image == nil {
		return failure(http.StatusBadRequest, "richmenu not found")
	}
	m.aliases[v.Alias] = v.Menu
	return done()
}

func noAlias() response { return failure(http.StatusNotFound, "richmenu alias not found") }

func updateAlias(_ *Sim, m *richMenus, c *call) response {
	var v aliasBody
	if _, ok := m.aliases[c.params[0]]; !ok {
		return noAlias()
	}
	if json.Unmarshal(c.body, &v) != nil {
		return failure(http.StatusBadRequest, "The request body could not be parsed as JSON (line: 1, column: 1)")
	}
	v.Alias = c.params[0]
	return m.setAlias(v)
}

func getAlias(_ *Sim, m *richMenus, c *call) response {
	menu, ok := m.aliases[c.params[0]]
	if !ok {
		return noAlias()
	}
	return answer(http.StatusOK, aliasBody{c.params[0], menu})
}

func deleteAlias(_ *Sim, m *richMenus, c *call) response {
	if _, ok := m.aliases[c.params[0]]; !ok {
		return noAlias()
	}
	delete(m.aliases, c.params[0])
	return done()
}

func listAliases(_ *Sim, m *richMenus, _ *call) response {
	names := []string{}
	for name := range m.aliases {
		names = append(names, name)
	}
	list := []aliasBody{}
	for _, name := range sorted(names) {
		list = append(list, aliasBody{name, m.aliases[name]})
	}
	return answer(http.StatusOK, map[string]any{"aliases": list})
}

// menuRoutes are the endpoints above.
func menuRoutes() []route {
	r := func(method, path string, f func(*Sim, *richMenus, *call) response) route {
		return route{method: method, path: path, handle: menus(f)}
	}
	image := r("POST", "/v2/bot/richmenu/{richMenuId}/content", putMenuImage)
	image.binary = true
	return []route{
		r("POST", "/v2/bot/richmenu", makeMenu), {method: "POST", path: "/v2/bot/richmenu/validate", handle: validateMenu},
		r("GET", "/v2/bot/richmenu/list", listMenus), image, r("GET", "/v2/bot/richmenu/{richMenuId}/content", getMenuImage),
		r("GET", "/v2/bot/user/all/richmenu", getDefaultMenu), r("DELETE", "/v2/bot/user/all/richmenu", clearDefaultMenu),
		r("POST", "/v2/bot/user/all/richmenu/{richMenuId}", setDefaultMenu),
		r("POST", "/v2/bot/richmenu/alias", makeAlias), r("GET", "/v2/bot/richmenu/alias/list", listAliases),
		r("GET", "/v2/bot/richmenu/alias/{richMenuAliasId}", getAlias), r("POST", "/v2/bot/richmenu/alias/{richMenuAliasId}", updateAlias),
		r("DELETE", "/v2/bot/richmenu/alias/{richMenuAliasId}", deleteAlias),
		r("POST", "/v2/bot/richmenu/bulk/link", bulkMenu(true)), r("POST", "/v2/bot/richmenu/bulk/unlink", bulkMenu(false)),
		r("GET", "/v2/bot/user/{userId}/richmenu", menuOfUser), r("DELETE", "/v2/bot/user/{userId}/richmenu", unlinkMenu),
		r("POST", "/v2/bot/user/{userId}/richmenu/{richMenuId}", linkMenu),
		r("GET", "/v2/bot/richmenu/{richMenuId}", getMenu), r("DELETE", "/v2/bot/richmenu/{richMenuId}", deleteMenu),
	}
}

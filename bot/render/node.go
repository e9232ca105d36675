package render

// message is one LINE message object of the two types osusume sends.
type message struct {
	Type       string
	Text       string
	AltText    string
	Contents   *node
	QuickReply *quickReply
}

type quickReply struct{ Items []*action }

// action is a postback or a uri action.
type action struct {
	Type        string
	Label       string
	Data        string
	DisplayText string
	URI         string
}

// node is any Flex container or component: a look from the closed list below, and what differs between two of that look.
type node struct {
	look     string // the JSON object's beginning, without its closing brace
	text     string
	url      string
	action   *action
	hero     *node
	body     *node
	footer   *node
	contents []*node
	holds    bool // contents are written even when there are none
}

// Every look a message can have. Colours have a contrast of at least 4.5:1 on white.
const (
	lookCarousel   = `{"type":"carousel"`
	lookKilo       = `{"type":"bubble","size":"kilo"`
	lookMega       = `{"type":"bubble","size":"mega"`
	lookColumn     = `{"type":"box","layout":"vertical","spacing":"sm"`
	lookWideColumn = `{"type":"box","layout":"vertical","spacing":"md"`
	lookRow        = `{"type":"box","layout":"horizontal","spacing":"sm"`
	lookTitle      = `{"type":"text","size":"md","weight":"bold","color":"#222222","wrap":true`
	lookShortTitle = `{"type":"text","size":"md","weight":"bold","color":"#222222","wrap":true,"maxLines":3`
	lookParagraph  = `{"type":"text","size":"sm","color":"#222222","wrap":true`
	lookSmall      = `{"type":"text","size":"xs","color":"#666666","wrap":true`
	lookSeparator  = `{"type":"separator","margin":"md"`
	lookHero       = `{"type":"image","size":"full","aspectRatio":"20:13","aspectMode":"cover"`
	lookPrimary    = `{"type":"button","style":"primary","height":"sm","adjustMode":"shrink-to-fit"`
	lookSecondary  = `{"type":"button","style":"secondary","height":"sm","adjustMode":"shrink-to-fit"`
	lookLink       = `{"type":"button","style":"link","height":"sm","adjustMode":"shrink-to-fit"`
)

func column(contents ...*node) *node { return &node{look: lookColumn, contents: contents, holds: true} }

func wideColumn(contents ...*node) *node {
	return &node{look: lookWideColumn, contents: contents, holds: true}
}

func title(text string) *node      { return &node{look: lookTitle, text: text} }
func shortTitle(text string) *node { return &node{look: lookShortTitle, text: text} }
func paragraph(text string) *node  { return &node{look: lookParagraph, text: text} }
func small(text string) *node      { return &node{look: lookSmall, text: text} }
func separator() *node             { return &node{look: lookSeparator} }

func button(look string, a *action) *node { return &node{look: look, action: a} }

// pair is two buttons side by side in one look. Buttons that offer a choice of consent are always made by it, so that
// they cannot differ.
func pair(a, b *action) *node {
	return &node{look: lookRow, contents: []*node{button(lookSecondary, a), button(lookSecondary, b)}, holds: true}
}

func bubble(look string, hero, body, footer *node) *node {
	return &node{look: look, hero: hero, body: body, footer: footer}
}

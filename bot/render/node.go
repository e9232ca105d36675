package render

// message is one LINE message object of the two types osusume sends.
type message struct {
	Type       string
	Text       string
	AltText    string
	Contents   *node
	QuickReply *quickReply
}

type quickReply struct {
	Items []quickItem
}

type quickItem struct {
	Type   string
	Action *action
}

// action is a postback or a uri action.
type action struct {
	Type        string
	Label       string
	Data        string
	DisplayText string
	URI         string
}

// node is any Flex container or component. One type for all of them keeps the encoder flat; fields that a component does
// not have stay empty and are left out.
type node struct {
	Type        string
	Size        string
	Hero        *node
	Body        *node
	Footer      *node
	Layout      string
	Spacing     string
	Margin      string
	Text        string
	Weight      string
	Color       string
	Wrap        bool
	MaxLines    int
	URL         string
	AspectRatio string
	AspectMode  string
	Style       string
	Height      string
	AdjustMode  string
	Action      *action
	Contents    []*node
}

// Colours with a contrast of at least 4.5:1 on white.
const (
	ink   = "#222222"
	faint = "#666666"
)

func vertical(spacing string, contents ...*node) *node {
	return &node{Type: "box", Layout: "vertical", Spacing: spacing, Contents: contents}
}

func horizontal(contents ...*node) *node {
	return &node{Type: "box", Layout: "horizontal", Spacing: "sm", Contents: contents}
}

func title(text string) *node {
	return &node{Type: "text", Text: text, Weight: "bold", Size: "md", Color: ink, Wrap: true}
}

func paragraph(text string) *node {
	return &node{Type: "text", Text: text, Size: "sm", Color: ink, Wrap: true}
}

func small(text string) *node {
	return &node{Type: "text", Text: text, Size: "xs", Color: faint, Wrap: true}
}

func separator() *node { return &node{Type: "separator", Margin: "md"} }

// Buttons come in three weights. Two that offer a choice of consent are always made by pair, so that they cannot differ.
func button(style string, a *action) *node {
	return &node{Type: "button", Style: style, Height: "sm", AdjustMode: "shrink-to-fit", Action: a}
}

func pair(a, b *action) *node {
	return horizontal(button("secondary", a), button("secondary", b))
}

func bubble(size string, hero, body, footer *node) *node {
	return &node{Type: "bubble", Size: size, Hero: hero, Body: body, Footer: footer}
}

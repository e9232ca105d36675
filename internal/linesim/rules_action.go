package linesim

// Where an action stands decides which kinds are allowed and how long its label may be (REF:24588-25220).
type actionPlace struct {
	labelMax      int
	labelRequired bool
	quickReply    bool
	flex          bool
}

func str(maximum int) *rule { return &rule{kind: jsonString, max: maximum} }
func strReq(maximum int) *rule {
	return &rule{kind: jsonString, min: 1, max: maximum, required: true}
}
func clusters(maximum int) *rule { return &rule{kind: jsonString, max: maximum, unit: graphemes} }
func boolean() *rule             { return &rule{kind: jsonBool} }
func integer(low, high int) *rule {
	return &rule{kind: jsonNumber, integer: true, min: low, max: high}
}
func enum(values ...string) *rule { return &rule{kind: jsonString, enum: values} }
func need(r *rule) *rule {
	c := *r
	c.required = true
	if c.kind == jsonString && c.min == 0 {
		c.min = 1
	}
	return &c
}
func matching(maximum int, f func([]byte) bool, mismatch string) *rule {
	return &rule{kind: jsonString, max: maximum, match: f, mismatch: mismatch}
}
func image() *rule     { return matching(2000, isHTTPS, "Invalid URL: must be an https URL") }
func imageReq() *rule  { return need(image()) }
func color() *rule     { return matching(0, isColor, "Invalid color") }
func actionURI() *rule { return matching(1000, isActionURI, "Invalid uri scheme") }

// actions builds the action union of one place.
func actions(place actionPlace) *union {
	label := clusters(place.labelMax)
	if place.labelRequired {
		label = need(label)
	}
	u := &union{variants: map[string]*object{}}
	add := func(name string, fields map[string]*rule, check func(*checker, int32)) {
		fields["type"], fields["label"] = &rule{kind: jsonString, required: true}, label
		u.order = append(u.order, name)
		u.variants[name] = &object{fields: fields, required: requiredOf(fields), check: check}
	}
	add("postback", map[string]*rule{
		"data":        need(str(300)),
		"displayText": clusters(300),
		"text":        clusters(300),
		"inputOption": enum("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice"),
		"fillInText":  clusters(300),
	}, func(c *checker, n int32) {
		if c.t.get(n, "displayText") >= 0 && c.t.get(n, "text") >= 0 {
			c.fail(n, "text", "Must not be specified together with displayText")
		}
		if f := c.t.get(n, "fillInText"); f >= 0 && c.t.field(n, "inputOption") != "openKeyboard" {
			c.fail(f, "", "Must be specified with inputOption openKeyboard")
		}
	})
	add("message", map[string]*rule{"text": need(clusters(300))}, nil)
	uri := map[string]*rule{"uri": need(actionURI())}
	if place.flex {
		uri["altUri"] = &rule{kind: jsonObject, object: &object{fields: map[string]*rule{"desktop": actionURI()}}}
	}
	add("uri", uri, nil)
	add("datetimepicker", map[string]*rule{
		"data": need(str(300)), "mode": need(enum("date", "time", "datetime")),
		"initial": str(0), "max": str(0), "min": str(0),
	}, nil)
	add("clipboard", map[string]*rule{"clipboardText": strReq(1000)}, nil)
	if place.quickReply {
		add("camera", map[string]*rule{}, nil)
		add("cameraRoll", map[string]*rule{}, nil)
		add("location", map[string]*rule{}, nil)
	}
	return u
}

func requiredOf(fields map[string]*rule) []string {
	var names []string
	for name, r := range fields {
		if r.required && name != "type" {
			names = append(names, name)
		}
	}
	return sorted(names)
}

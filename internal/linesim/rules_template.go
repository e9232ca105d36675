package linesim

// templateRules are the four template messages (REF:22080-22590).
func templateRules() *union {
	button := actions(actionPlace{labelMax: 20, labelRequired: true})
	pictured := actions(actionPlace{labelMax: 12})
	anywhere := actions(actionPlace{labelMax: 20})
	buttonRule := &rule{kind: jsonObject, union: button}
	kind := &rule{kind: jsonString, required: true}
	u := &union{order: []string{"buttons", "confirm", "carousel", "image_carousel"}, variants: map[string]*object{
		"buttons": {
			fields: map[string]*rule{
				"type": kind, "thumbnailImageUrl": image(), "imageAspectRatio": enum("rectangle", "square"), "imageSize": enum("cover", "contain"),
				"imageBackgroundColor": color(), "title": clusters(40), "text": need(clusters(160)),
				"defaultAction": {kind: jsonObject, union: anywhere},
				"actions":       {kind: jsonArray, required: true, min: 1, max: 4, item: buttonRule},
			},
			required: []string{"actions", "text"},
			check:    func(c *checker, n int32) { shortTextWithImage(c, n) },
		},
		"confirm": {
			fields: map[string]*rule{
				"type": kind, "text": need(clusters(240)),
				"actions": {kind: jsonArray, required: true, min: 2, max: 2, item: buttonRule},
			},
			required: []string{"actions", "text"},
		},
		"carousel": {
			fields: map[string]*rule{
				"type": kind, "imageAspectRatio": enum("rectangle", "square"), "imageSize": enum("cover", "contain"),
				"columns": {kind: jsonArray, required: true, min: 1, max: 10, item: &rule{kind: jsonObject, object: &object{
					fields: map[string]*rule{
						"thumbnailImageUrl": image(), "imageBackgroundColor": color(), "title": clusters(40), "text": need(clusters(120)),
						"defaultAction": {kind: jsonObject, union: anywhere},
						"actions":       {kind: jsonArray, required: true, min: 1, max: 3, item: buttonRule},
					},
					required: []string{"actions", "text"},
					check:    func(c *checker, n int32) { shortTextWithImage(c, n) },
				}}},
			},
			required: []string{"columns"},
			check:    equalColumns,
		},
		"image_carousel": {
			fields: map[string]*rule{
				"type": kind,
				"columns": {kind: jsonArray, required: true, min: 1, max: 10, item: &rule{kind: jsonObject, object: &object{
					fields:   map[string]*rule{"imageUrl": imageReq(), "action": {kind: jsonObject, required: true, union: pictured}},
					required: []string{"action", "imageUrl"},
				}}},
			},
			required: []string{"columns"},
		},
	}}
	return u
}

// shortTextWithImage: beside an image or a title only 60 characters of text fit.
func shortTextWithImage(c *checker, n int32) {
	if c.t.get(n, "thumbnailImageUrl") < 0 && c.t.get(n, "title") < 0 {
		return
	}
	if t := c.t.get(n, "text"); t >= 0 && longer(c.t.nodes[t].str, 60, graphemes) {
		c.fail(t, "", "Length must be between 1 and 60 with an image or a title")
	}
}

// equalColumns: all columns of a carousel have the same number of actions and the same presence of image and title.
func equalColumns(c *checker, n int32) {
	columns := c.t.get(n, "columns")
	if columns < 0 || c.t.nodes[columns].kind != jsonArray {
		return
	}
	first := true
	var count int32
	var pictured, titled bool
	for e := c.t.nodes[columns].first; e >= 0; e = c.t.nodes[e].next {
		a := c.t.get(e, "actions")
		if a < 0 {
			continue
		}
		p, t := c.t.get(e, "thumbnailImageUrl") >= 0, c.t.get(e, "title") >= 0
		if first {
			count, pictured, titled, first = c.t.nodes[a].size, p, t, false
			continue
		}
		if c.t.nodes[a].size != count {
			c.fail(a, "", "The number of actions must be the same in all columns")
		}
		if p != pictured || t != titled {
			c.fail(e, "", "Image and title must be set in all columns or in none")
		}
	}
}

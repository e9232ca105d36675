package sample

import (
	"bytes"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"
	"math"
	"net/http"
	"strings"
	"sync"
)

// PictureBase is where the products' pictures are said to be. Nothing is there: the demo serves them itself.
const PictureBase = "https://mame.example/images/"

// The pictures are drawn, not photographed: a colour for the kind of product and its outline.
const (
	pictureWidth  = 600
	pictureHeight = 390 // 20:13, LINE's usual hero
	oversampling  = 2
)

// Pictures serves a drawing of every product under its lower-case SKU, such as b001.png.
func Pictures() http.Handler {
	byName := map[string]product{}
	for _, p := range products() {
		byName[strings.ToLower(p.sku)+".png"] = p
	}
	var made sync.Map // name → *sync.Once result
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		p, ok := byName[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		draw, _ := made.LoadOrStore(name, sync.OnceValue(func() []byte { return picture(p) }))
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("Cache-Control", "max-age=3600")
		_, _ = w.Write(draw.(func() []byte)())
	})
}

// canvas is a picture at several times its size, which smooths its edges when it is reduced. Shapes are given in a frame
// of 600 by 390.
type canvas struct{ *image.RGBA }

func newCanvas(ground color.RGBA) canvas {
	c := canvas{image.NewRGBA(image.Rect(0, 0, pictureWidth*oversampling, pictureHeight*oversampling))}
	c.fill(ground, 0, 0, pictureWidth, pictureHeight, func(float64, float64) bool { return true })
	return c
}

// fill paints every point of a rectangle that inside says yes to.
func (c canvas) fill(ink color.RGBA, x0, y0, x1, y1 float64, inside func(x, y float64) bool) {
	part := image.Rect(int(x0*oversampling), int(y0*oversampling), int(x1*oversampling)+1, int(y1*oversampling)+1).Intersect(c.Rect)
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if inside((float64(x)+.5)/oversampling, (float64(y)+.5)/oversampling) {
				c.SetRGBA(x, y, ink)
			}
		}
	}
}

func (c canvas) ellipse(ink color.RGBA, cx, cy, rx, ry float64) {
	c.fill(ink, cx-rx, cy-ry, cx+rx, cy+ry, func(x, y float64) bool { return sq((x-cx)/rx)+sq((y-cy)/ry) <= 1 })
}

func (c canvas) ring(ink color.RGBA, cx, cy, r, thick float64) {
	c.fill(ink, cx-r, cy-r, cx+r, cy+r, func(x, y float64) bool { d := math.Hypot(x-cx, y-cy); return d <= r && d >= r-thick })
}

func (c canvas) box(ink color.RGBA, x0, y0, x1, y1, radius float64) {
	c.fill(ink, x0, y0, x1, y1, func(x, y float64) bool {
		if x < x0 || x > x1 || y < y0 || y > y1 {
			return false
		}
		dx, dy := math.Max(0, math.Max(x0+radius-x, x-(x1-radius))), math.Max(0, math.Max(y0+radius-y, y-(y1-radius)))
		return dx*dx+dy*dy <= radius*radius
	})
}

// polygon takes its corners as x, y, x, y … in order.
func (c canvas) polygon(ink color.RGBA, at ...float64) {
	n := len(at) / 2
	x0, y0, x1, y1 := at[0], at[1], at[0], at[1]
	for i := range n {
		x0, y0, x1, y1 = min(x0, at[2*i]), min(y0, at[2*i+1]), max(x1, at[2*i]), max(y1, at[2*i+1])
	}
	c.fill(ink, x0, y0, x1, y1, func(x, y float64) bool {
		in := false
		for i, j := 0, n-1; i < n; j, i = i, i+1 {
			xi, yi, xj, yj := at[2*i], at[2*i+1], at[2*j], at[2*j+1]
			if (yi > y) != (yj > y) && x < (xj-xi)*(y-yi)/(yj-yi)+xi {
				in = !in
			}
		}
		return in
	})
}

func sq(x float64) float64 { return x * x }

// reduced averages the canvas down to its real size.
func (c canvas) reduced() *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, pictureWidth, pictureHeight))
	for y := range pictureHeight {
		for x := range pictureWidth {
			var r, g, b int
			for dy := range oversampling {
				for dx := range oversampling {
					p := c.RGBAAt(x*oversampling+dx, y*oversampling+dy)
					r, g, b = r+int(p.R), g+int(p.G), b+int(p.B)
				}
			}
			const n = oversampling * oversampling
			out.SetRGBA(x, y, color.RGBA{uint8(r / n), uint8(g / n), uint8(b / n), 255}) //nolint:gosec // averages of bytes
		}
	}
	return out
}

func rgb(v uint32) color.RGBA { return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255} } //nolint:gosec // three bytes

var (
	dark  = rgb(0x3b2a20)
	cream = rgb(0xfffaf2)
	steel = rgb(0x9aa5a8)
)

func picture(p product) []byte {
	h := fnv.New32a()
	_, _ = h.Write([]byte(p.sku))
	tints := []uint32{0x8c4a2f, 0x2f6f4f, 0x335c81, 0xb5651d, 0x7a4069, 0x9b2d30, 0x4f6d2f, 0x5b4b8a}
	tint := rgb(tints[h.Sum32()%uint32(len(tints))]) //nolint:gosec // eight tints
	grounds := []uint32{0xf6e9d8, 0xe8efe4, 0xe4ecf3, 0xf7e6dd, 0xefe6f1, 0xf3eedb}
	c := newCanvas(rgb(grounds[h.Sum32()/16%uint32(len(grounds))])) //nolint:gosec // six grounds
	c.ellipse(rgb(0xd9cdbd), 300, 338, 170, 16)                     // the shadow it stands on
	draw, ok := outlines[p.category]
	if !ok {
		draw = drawBoxed
	}
	draw(c, tint)
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if encoder.Encode(&b, c.reduced()) != nil {
		return nil // a bytes.Buffer does not fail
	}
	return b.Bytes()
}

var outlines = map[string]func(canvas, color.RGBA){
	"コーヒー豆": drawBag, "ドリップバッグ": drawDripBag, "フィルター": drawFilter, "ドリッパー": drawDripper, "ミル": drawMill, "ケトル": drawKettle,
	"サーバー": drawServer, "はかり": drawScale, "保存": drawTin, "手入れ": drawBrush, "プレス": drawPress, "水出し": drawServer, "うつわ": drawMug,
	"ミルク": drawJug, "食品": drawJar, "台所": drawBoard, "鍋": drawPot, "お茶": drawTin, "セット": drawBoxed, "本": drawBook,
}

func drawBag(c canvas, tint color.RGBA) {
	c.box(tint, 205, 70, 395, 338, 12)
	c.box(cream, 205, 92, 395, 100, 0)
	c.box(cream, 232, 150, 368, 290, 8)
	for _, at := range [][2]float64{{275, 205}, {322, 235}} {
		c.ellipse(dark, at[0], at[1], 30, 21)
		c.box(cream, at[0]-24, at[1]-2, at[0]+24, at[1]+2, 2)
	}
}

func drawDripBag(c canvas, tint color.RGBA) {
	for i := range 3 {
		x := 175 + float64(i)*75
		c.box(rgb(0xb9a58c), x-3, 117+float64(i)*12, x+113, 341-float64(2-i)*4, 8)
		c.box(cream, x, 120+float64(i)*12, x+110, 338-float64(2-i)*4, 8)
		c.box(tint, x, 190, x+110, 260, 0)
	}
}

func drawFilter(c canvas, tint color.RGBA) {
	for i := range 4 {
		d := float64(i) * 16
		c.polygon(rgb(0xc9b596), 168+d, 112+d, 392+d, 112+d, 314+d, 288+d, 246+d, 288+d)
		c.polygon(cream, 172+d, 115+d, 388+d, 115+d, 312+d, 285+d, 248+d, 285+d)
	}
	c.polygon(tint, 228, 168, 428, 168, 424, 178, 232, 178)
}

func drawDripper(c canvas, tint color.RGBA) {
	c.ring(tint, 425, 170, 42, 15)
	c.polygon(tint, 170, 105, 430, 105, 340, 272, 260, 272)
	c.ellipse(dark, 300, 108, 128, 20)
	c.ellipse(rgb(0x6b4a35), 300, 112, 112, 14)
	c.box(tint, 205, 270, 395, 290, 10)
	c.box(tint, 268, 290, 332, 312, 6)
}

func drawMill(c canvas, tint color.RGBA) {
	c.box(steel, 300, 66, 410, 78, 6)
	c.ellipse(dark, 412, 62, 17, 17)
	c.box(steel, 292, 66, 308, 112, 4)
	c.polygon(steel, 240, 110, 360, 110, 372, 150, 228, 150)
	c.box(tint, 228, 150, 372, 338, 16)
	c.box(cream, 250, 215, 350, 300, 8)
	c.ellipse(dark, 300, 258, 9, 9)
}

func drawKettle(c canvas, tint color.RGBA) {
	c.ring(dark, 425, 195, 66, 18)
	c.polygon(tint, 150, 118, 168, 112, 260, 262, 236, 292)
	c.box(tint, 125, 108, 172, 124, 7)
	c.polygon(tint, 240, 150, 395, 150, 428, 338, 208, 338)
	c.box(steel, 236, 136, 398, 154, 6)
	c.ellipse(dark, 317, 124, 20, 14)
}

func drawServer(c canvas, tint color.RGBA) {
	c.ring(dark, 405, 205, 58, 15)
	c.polygon(rgb(0xdfeaec), 240, 105, 360, 105, 405, 320, 390, 338, 210, 338, 195, 320)
	c.polygon(rgb(0x6b4226), 213, 235, 387, 235, 405, 320, 390, 338, 210, 338, 195, 320)
	c.box(tint, 228, 90, 372, 112, 9)
	for i := range 3 {
		c.box(cream, 232, 185+float64(i)*42, 262, 189+float64(i)*42, 2)
	}
}

func drawScale(c canvas, tint color.RGBA) {
	c.box(dark, 150, 240, 450, 338, 18)
	c.box(steel, 165, 218, 435, 244, 10)
	c.box(rgb(0xd7ecd0), 225, 268, 375, 314, 8)
	for i, w := range []float64{22, 8, 22, 22} {
		c.box(dark, 246+float64(i)*30, 280, 246+float64(i)*30+w, 303, 3)
	}
	c.box(tint, 240, 120, 360, 218, 12)
	c.ring(tint, 372, 165, 32, 12)
}

func drawTin(c canvas, tint color.RGBA) {
	c.box(tint, 205, 110, 395, 338, 14)
	c.box(dark, 196, 78, 404, 122, 12)
	c.ellipse(cream, 300, 228, 62, 62)
	c.ellipse(tint, 300, 228, 26, 38)
}

func drawBrush(c canvas, tint color.RGBA) {
	c.box(tint, 140, 188, 345, 222, 17)
	c.box(dark, 335, 170, 375, 240, 8)
	for i := range 7 {
		c.box(rgb(0xc79a5b), 378, 172+float64(i)*10, 455, 178+float64(i)*10, 3)
	}
}

func drawPress(c canvas, tint color.RGBA) {
	c.ring(dark, 398, 215, 62, 16)
	c.box(rgb(0xdfeaec), 215, 120, 385, 330, 10)
	c.box(rgb(0x6b4226), 220, 200, 380, 326, 8)
	c.box(steel, 208, 104, 392, 126, 6)
	c.box(steel, 296, 48, 304, 200, 2)
	c.ellipse(tint, 300, 48, 17, 15)
	c.box(steel, 222, 192, 378, 202, 3)
	c.box(tint, 206, 322, 394, 340, 8)
}

func drawMug(c canvas, tint color.RGBA) {
	c.ring(tint, 398, 215, 66, 21)
	c.box(tint, 200, 120, 398, 338, 34)
	c.ellipse(cream, 299, 124, 98, 20)
	c.ellipse(rgb(0x6b4226), 299, 126, 86, 14)
}

func drawJug(c canvas, tint color.RGBA) {
	c.ring(dark, 402, 215, 60, 16)
	c.polygon(steel, 205, 120, 395, 120, 408, 330, 192, 330)
	c.polygon(steel, 205, 120, 165, 106, 220, 168)
	c.ellipse(cream, 300, 122, 94, 18)
	c.box(tint, 200, 250, 402, 276, 0)
}

func drawJar(c canvas, tint color.RGBA) {
	c.box(tint, 210, 130, 390, 338, 30)
	c.box(dark, 222, 92, 378, 134, 10)
	c.box(cream, 210, 190, 390, 290, 0)
	c.ellipse(tint, 270, 240, 24, 24)
	c.ellipse(tint, 325, 240, 24, 24)
}

func drawBoard(c canvas, tint color.RGBA) {
	c.box(rgb(0xc79a5b), 150, 130, 400, 338, 22)
	c.box(rgb(0xc79a5b), 390, 205, 470, 262, 20)
	c.ellipse(rgb(0xf6e9d8), 445, 233, 11, 11)
	c.box(rgb(0xb58645), 165, 190, 385, 196, 2)
	c.box(rgb(0xb58645), 165, 265, 385, 271, 2)
	c.polygon(tint, 190, 100, 350, 100, 350, 122, 200, 128)
	c.box(dark, 350, 98, 430, 124, 8)
}

func drawPot(c canvas, tint color.RGBA) {
	c.box(dark, 128, 195, 472, 222, 12)
	c.box(tint, 165, 165, 435, 338, 34)
	c.ellipse(tint, 300, 165, 140, 38)
	c.box(cream, 165, 178, 435, 184, 0)
	c.ellipse(dark, 300, 118, 24, 16)
}

func drawBook(c canvas, tint color.RGBA) {
	c.box(tint, 200, 80, 400, 338, 8)
	c.box(cream, 214, 80, 220, 338, 0)
	c.box(cream, 245, 130, 375, 146, 4)
	c.box(cream, 245, 160, 340, 172, 4)
	c.ellipse(cream, 310, 255, 40, 40)
}

func drawBoxed(c canvas, tint color.RGBA) {
	c.box(tint, 170, 150, 430, 338, 10)
	c.box(dark, 158, 118, 442, 162, 8)
	c.box(cream, 285, 118, 315, 338, 0)
	c.ellipse(cream, 270, 104, 30, 18)
	c.ellipse(cream, 330, 104, 30, 18)
}

package vec

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
)

// state is the part of a canvas that Push and Pop save. The matrix maps the
// coordinates of the caller (y upwards) to the page, still with y upwards.
type state struct {
	a, b, c, d, e, f float64 // x' = ax + cy + e, y' = bx + dy + f
	color            color.NRGBA
	width            float64
	dash             []float64
	offset           float64
}

// stack implements the drawing state of vg.Canvas. The line widths and text are not
// scaled by the matrix: figures translate and rotate, they do not scale.
type stack struct {
	state
	saved []state
	w, h  vg.Length
}

func newStack(w, h vg.Length) stack {
	return stack{state: state{a: 1, d: 1, color: color.NRGBA{A: 255}, width: 1}, w: w, h: h}
}

func (s *stack) Size() (w, h vg.Length)   { return s.w, s.h }
func (s *stack) SetLineWidth(w vg.Length) { s.width = w.Points() }

func (s *stack) SetLineDash(d []vg.Length, off vg.Length) {
	s.dash = make([]float64, len(d))
	for i, v := range d {
		s.dash[i] = v.Points()
	}
	s.offset = off.Points()
}

func (s *stack) SetColor(c color.Color) {
	if c == nil {
		c = color.Black
	}
	s.color = color.NRGBAModel.Convert(c).(color.NRGBA)
}

func (s *stack) Rotate(rad float64) {
	sin, cos := math.Sincos(rad)
	s.a, s.b, s.c, s.d = s.a*cos+s.c*sin, s.b*cos+s.d*sin, s.c*cos-s.a*sin, s.d*cos-s.b*sin
}

func (s *stack) Translate(p vg.Point) { s.e, s.f = s.at(p) }

func (s *stack) Scale(x, y float64) {
	s.a, s.b, s.c, s.d = s.a*x, s.b*x, s.c*y, s.d*y
}

func (s *stack) Push() { s.saved = append(s.saved, s.state) }

func (s *stack) Pop() {
	last := len(s.saved) - 1
	s.state, s.saved = s.saved[last], s.saved[:last]
}

// at is a point on the page, in points with y upwards.
func (s *stack) at(p vg.Point) (x, y float64) {
	px, py := p.X.Points(), p.Y.Points()
	return s.a*px + s.c*py + s.e, s.b*px + s.d*py + s.f
}

// angle is the rotation of the state in degrees, counter-clockwise.
func (s *stack) angle() float64 { return math.Atan2(s.b, s.a) * 180 / math.Pi }

// walk calls back for the parts of a path with page coordinates, y downwards. Arcs
// become cubic curves of at most a quarter of a circle.
func (s *stack) walk(p vg.Path, move, line func(x, y float64), cubic func(x1, y1, x2, y2, x, y float64), end func()) {
	h := s.h.Points()
	at := func(p vg.Point) (float64, float64) {
		x, y := s.at(p)
		return x, h - y
	}
	var last vg.Point
	open := false
	for _, c := range p {
		switch c.Type {
		case vg.MoveComp:
			move(at(c.Pos))
			last, open = c.Pos, true
		case vg.LineComp:
			line(at(c.Pos))
			last = c.Pos
		case vg.CurveComp:
			c1, c2 := c.Control[0], c.Control[len(c.Control)-1]
			if len(c.Control) == 1 { // quadratic, raised by a degree
				q := c.Control[0]
				c1 = vg.Point{X: last.X + 2*(q.X-last.X)/3, Y: last.Y + 2*(q.Y-last.Y)/3}
				c2 = vg.Point{X: c.Pos.X + 2*(q.X-c.Pos.X)/3, Y: c.Pos.Y + 2*(q.Y-c.Pos.Y)/3}
			}
			x1, y1 := at(c1)
			x2, y2 := at(c2)
			x, y := at(c.Pos)
			cubic(x1, y1, x2, y2, x, y)
			last = c.Pos
		case vg.ArcComp:
			on := func(t float64) vg.Point {
				sin, cos := math.Sincos(t)
				return vg.Point{X: c.Pos.X + c.Radius*vg.Length(cos), Y: c.Pos.Y + c.Radius*vg.Length(sin)}
			}
			if open {
				line(at(on(c.Start)))
			} else {
				move(at(on(c.Start)))
				open = true
			}
			n := math.Ceil(math.Abs(c.Angle)/(math.Pi/2) - 1e-9)
			step := c.Angle / n
			k := vg.Length(4.0/3*math.Tan(step/4)) * c.Radius
			for i := range int(n) {
				t0, t1 := c.Start+float64(i)*step, c.Start+float64(i+1)*step
				p0, p1 := on(t0), on(t1)
				s0, c0 := math.Sincos(t0)
				s1, c1 := math.Sincos(t1)
				x1, y1 := at(vg.Point{X: p0.X - k*vg.Length(s0), Y: p0.Y + k*vg.Length(c0)})
				x2, y2 := at(vg.Point{X: p1.X + k*vg.Length(s1), Y: p1.Y - k*vg.Length(c1)})
				x, y := at(p1)
				cubic(x1, y1, x2, y2, x, y)
			}
			last = on(c.Start + c.Angle)
		case vg.CloseComp:
			end()
		}
	}
}

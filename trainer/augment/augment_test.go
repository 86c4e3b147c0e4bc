package augment

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Two rows of three pixels of one channel:
//
//	1 2 3
//	4 5 6
var image = []uint8{1, 2, 3, 4, 5, 6}

func TestShift(t *testing.T) {
	for _, c := range []struct {
		dy, dx int
		want   []uint8
	}{
		{0, 0, []uint8{1, 2, 3, 4, 5, 6}},
		{1, 0, []uint8{0, 0, 0, 1, 2, 3}},
		{-1, 0, []uint8{4, 5, 6, 0, 0, 0}},
		{0, 1, []uint8{0, 1, 2, 0, 4, 5}},
		{0, -2, []uint8{3, 0, 0, 6, 0, 0}},
		{1, -1, []uint8{0, 0, 0, 2, 3, 0}},
		{2, 0, make([]uint8, 6)},
		{0, 3, make([]uint8, 6)},
		{0, -3, make([]uint8, 6)},
		{0, 7, make([]uint8, 6)},
	} {
		got := []uint8{9, 9, 9, 9, 9, 9}
		Shift(got, image, 2, 3, 1, c.dy, c.dx)
		if !slices.Equal(got, c.want) {
			t.Errorf("shift by (%d, %d) is %v, want %v", c.dy, c.dx, got, c.want)
		}
	}
	// Three channels move together.
	got := make([]uint8, 6)
	Shift(got, image, 1, 2, 3, 0, 1)
	if want := []uint8{0, 0, 0, 1, 2, 3}; !slices.Equal(got, want) {
		t.Errorf("colours: %v, want %v", got, want)
	}
}

func TestMirror(t *testing.T) {
	got := slices.Clone(image)
	Mirror(got, 2, 3, 1)
	if want := []uint8{3, 2, 1, 6, 5, 4}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	got = slices.Clone(image)
	Mirror(got, 1, 2, 3)
	if want := []uint8{4, 5, 6, 1, 2, 3}; !slices.Equal(got, want) {
		t.Errorf("colours: got %v, want %v", got, want)
	}
}

func TestNormalizer(t *testing.T) {
	got := make([]float32, 4)
	NewNormalizer([]float64{10, 100}, []float64{5, 50}).Apply(got, []uint8{10, 0, 20, 200})
	if want := []float32{0, -2, 2, 2}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCutout(t *testing.T) {
	for _, c := range []struct {
		y, x, side int
		want       string
	}{
		{1, 1, 0, "1111 1111 1111 1111"},
		{1, 1, 1, "1111 1011 1111 1111"},
		{1, 1, 3, "0001 0001 0001 1111"},
		{1, 1, 2, "0011 0011 1111 1111"},
		{0, 3, 3, "1100 1100 1111 1111"},
		{3, 0, 20, "0000 0000 0000 0000"},
	} {
		img := slices.Repeat([]float32{1}, 16)
		Cutout(img, 4, 4, 1, c.y, c.x, c.side)
		got := ""
		for i, v := range img {
			if i > 0 && i%4 == 0 {
				got += " "
			}
			got += map[float32]string{0: "0", 1: "1"}[v]
		}
		if got != c.want {
			t.Errorf("side %d at (%d, %d): %s, want %s", c.side, c.y, c.x, got, c.want)
		}
	}
}

func TestMix(t *testing.T) {
	got := []float32{1, 0, 8}
	Mix(got, []float32{0, 1, 4}, 0.75)
	if want := []float32{0.75, 0.25, 7}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The moments of Beta(a, a): mean 1/2, variance 1/(8a+4), fourth central moment
// 3/(16 (2a+1)(2a+3)).
func TestBeta(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	if got := Beta(rng, 0); got != 1 {
		t.Errorf("alpha 0: %v, want 1", got)
	}
	const n = 200000
	for _, a := range []float64{0.001, 0.2, 1, 3} {
		var mean, second, fourth float64
		for range n {
			x := Beta(rng, a)
			if !(x >= 0 && x <= 1) {
				t.Fatalf("alpha %v: %v is outside [0, 1]", a, x)
			}
			d := x - 0.5
			mean += x / n
			second += d * d / n
			fourth += d * d * d * d / n
		}
		// Five standard errors of each mean; all of these are below 0.5/sqrt(n).
		const tolerance = 5 * 0.5 / 447.2
		for _, m := range []struct {
			name      string
			got, want float64
		}{
			{"mean", mean, 0.5},
			{"variance", second, 1 / (8*a + 4)},
			{"fourth moment", fourth, 3 / (16 * (2*a + 1) * (2*a + 3))},
		} {
			if math.Abs(m.got-m.want) > tolerance {
				t.Errorf("alpha %v: %s is %v, want %v", a, m.name, m.got, m.want)
			}
		}
	}
}

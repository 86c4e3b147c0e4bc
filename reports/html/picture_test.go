package html

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/nasalyze/nasalyze/examples/experiment"
	"github.com/nasalyze/nasalyze/ingest"
	"github.com/nasalyze/nasalyze/reports"
)

var update = flag.Bool("update", false, "write docs/images/report.png anew (needs a browser)")

const (
	picturePath  = "../../docs/images/report.png"
	pictureWidth = 1280
)

// The picture of the README is the page of the embedded example: the answers, and the first charts.
// Its pixels depend on the fonts of the machine, so they are not compared.
func TestPictureOfTheReadme(t *testing.T) {
	if *update {
		takePicture(t)
	}
	stored, err := os.ReadFile(picturePath)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.DecodeConfig(bytes.NewReader(stored))
	if err != nil {
		t.Fatal(err)
	}
	if picture.Width != pictureWidth || picture.Height < 900 || picture.Height > 2400 || len(stored) > 300_000 {
		t.Errorf("the picture has %d x %d pixels in %d bytes; want %d x 900 to 2400 in at most 300 kB: run with -update",
			picture.Width, picture.Height, len(stored), pictureWidth)
	}
}

func takePicture(t *testing.T) {
	browser := start(t)
	study, _, err := ingest.OpenFS(context.Background(), experiment.Log(), ".", ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	study.Name = "BOHB on digits (embedded example)"
	a, err := reports.Analyze(context.Background(), study, reports.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := open(t, browser, write(t, a), window{width: pictureWidth, height: 2400})
	p.until("document.getElementById('plot-pair').dataset.drawn > 0")
	bottom := eval[float64](p, "document.querySelector('#plot-pair').getBoundingClientRect().bottom")
	p.do(chromedp.EmulateViewport(pictureWidth, int64(bottom)+6))
	p.within(func(ctx context.Context) error {
		shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err != nil {
			return err
		}
		picture, err := png.Decode(bytes.NewReader(shot))
		if err != nil {
			return err
		}
		var small bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, fewColours(picture)); err != nil {
			return err
		}
		return os.WriteFile(picturePath, small.Bytes(), 0o644)
	})
	p.quiet()
}

// fewColours draws a picture with the 256 most frequent of its colours that differ to the eye, enough for
// a page of text.
func fewColours(src image.Image) image.Image {
	count := map[color.Color]int{}
	for y := src.Bounds().Min.Y; y < src.Bounds().Max.Y; y++ {
		for x := src.Bounds().Min.X; x < src.Bounds().Max.X; x++ {
			count[src.At(x, y)]++
		}
	}
	all := slices.SortedFunc(maps.Keys(count), func(a, b color.Color) int {
		return cmp.Or(count[b]-count[a], cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)))
	})
	var palette color.Palette
	for _, c := range all {
		if len(palette) == 0 || len(palette) < 256 && distance(palette.Convert(c), c) > 10 {
			palette = append(palette, c)
		}
	}
	dst := image.NewPaletted(src.Bounds(), palette)
	draw.Draw(dst, dst.Bounds(), src, src.Bounds().Min, draw.Src)
	return dst
}

// distance is the largest difference of two colours in a channel, 0 to 255.
func distance(a, b color.Color) int {
	r1, g1, b1, _ := a.RGBA()
	r2, g2, b2, _ := b.RGBA()
	apart := func(x, y uint32) int { return int(max(x, y)-min(x, y)) >> 8 }
	return max(apart(r1, r2), apart(g1, g2), apart(b1, b2))
}

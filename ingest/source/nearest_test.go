package source

import "testing"

func TestDidYouMean(t *testing.T) {
	names := []string{"loss", "val_loss", "info.test accuracy", "epoch"}
	for unknown, want := range map[string]string{
		"val_los": "val_loss", "Loss": "loss", "lsos": "loss", "epohc": "epoch", "accuracy": "info.test accuracy",
		"zz": "", "": "", "budget": "", "ss": "",
	} {
		if want != "" {
			want = "; did you mean " + want + "?"
		}
		if got := DidYouMean(unknown, names); got != want {
			t.Errorf("%q: %q, expected %q", unknown, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"ab", "ba", 1}, {"éa", "ea", 1}, {"ca", "abc", 3}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%q to %q: %d, expected %d", c.a, c.b, got, c.want)
		}
		if got := distance(c.b, c.a); got != c.want {
			t.Errorf("%q to %q: %d, expected %d", c.b, c.a, got, c.want)
		}
	}
}

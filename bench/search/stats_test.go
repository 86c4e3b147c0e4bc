package main

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

func close2(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-10*max(1, math.Abs(want))) {
		t.Errorf("%s is %.15g, want %.15g", what, got, want)
	}
}

// scipy 1.17.1: mannwhitneyu(a, b, method="asymptotic").
func TestRankSum(t *testing.T) {
	for _, c := range []struct {
		a, b      []float64
		u, pvalue float64
	}{
		{[]float64{1, 2, 2, 3, 5, 8, 9.5}, []float64{2, 4, 4, 6, 7, 10, 11, 12}, 15, 0.14619724467895154},
		{[]float64{0.1, 0.4, 0.3, 0.9, 0.25}, []float64{1.5, 0.8, 1.1, 2.2, 0.95, 3}, 1, 0.01371083007813322},
		{[]float64{1, 1, 1}, []float64{1, 1, 1}, 4.5, 1},
	} {
		p, effect := rankSum(c.a, c.b)
		close2(t, "p", p, c.pvalue)
		close2(t, "effect", effect, 1-c.u/float64(len(c.a)*len(c.b)))
	}
}

// The normal approximation has the mean and the variance of all permutations within the strata.
func TestStratified(t *testing.T) {
	strata := [][2][]float64{{{1, 2, 2}, {2, 4, 5, 7}}, {{0.3, 3, 8}, {1, 9}}, {{5, 5}, {5, 6, 1}}}
	means, variances := 0.0, 0.0
	observed := 0.0
	for _, s := range strata {
		weight := 1 / float64(len(s[0])+len(s[1])+1)
		all := slices.Concat(s[0], s[1])
		var u []float64
		for set := range 1 << len(all) { // who is of the first sample
			if bits.OnesCount(uint(set)) != len(s[0]) {
				continue
			}
			more := 0.0
			for i := range all {
				for j := range all {
					if set>>i&1 == 1 && set>>j&1 == 0 {
						more += float64(1+cmp.Compare(all[i], all[j])) / 2
					}
				}
			}
			if u = append(u, weight*more); set == 1<<len(s[0])-1 {
				observed += weight * more
			}
		}
		mean, variance := stat.PopMeanVariance(u, nil)
		means, variances = means+mean, variances+variance
	}
	p, effect := stratified(strata)
	close2(t, "p", p, 2*distuv.UnitNormal.Survival(math.Abs(observed-means)/math.Sqrt(variances)))
	close2(t, "effect", effect, ((1-1.0/12)+(1-2.0/6)+(1-3.0/6))/3)
	same := [][2][]float64{{{1, 1}, {1, 1}}}
	if p, effect := stratified(same); p != 1 || effect != 0.5 {
		t.Errorf("equal samples: p = %v, effect %v", p, effect)
	}
}

// statsmodels 0.14.4: multipletests(p, method="holm").
func TestHolm(t *testing.T) {
	got := holm([]float64{0.01, 0.04, 0.03, 0.005, 0.5})
	for i, want := range []float64{0.04, 0.09, 0.09, 0.025, 0.5} {
		close2(t, "adjusted p", got[i], want)
	}
}

// scipy 1.17.1: friedmanchisquare(*columns), and the means of rankdata over rows.
func TestFriedman(t *testing.T) {
	rows := [][]float64{{1, 2, 3, 0.5}, {2, 2, 1, 3}, {3, 4, 5, 3}, {4, 5, 4, 9}, {5, 1, 6, 9}}
	ranks, statistic, p := friedman(rows)
	close2(t, "statistic", statistic, 1.7872340425531836)
	close2(t, "p", p, 0.6177168838285714)
	for j, want := range []float64{1.9, 2.5, 2.7, 2.9} {
		close2(t, "mean rank", ranks[j], want)
	}
}

// scipy 1.17.1: chi2.sf.
func TestChiSquaredTail(t *testing.T) {
	for _, c := range []struct {
		x       float64
		degrees int
		want    float64
	}{{7.3, 8, 0.5046378000679683}, {11.1, 5, 0.0494329339438485}, {3.2, 1, 0.07363827012030258}, {40, 9, 7.598525229464264e-06}, {0, 3, 1}} {
		close2(t, "tail", chiSquaredTail(c.x, c.degrees), c.want)
	}
}

// scipy 1.17.1: studentized_range.ppf(0.95, k, inf) / sqrt(2), also in Demsar 2006, table 5a.
func TestNemenyi(t *testing.T) {
	for k, q := range map[int]float64{2: 1.9599639845400534, 5: 2.7277743708703763, 9: 3.1017303413033805, 10: 3.163683577053373} {
		const n = 14
		got := nemenyi(k, n, 0.05) / math.Sqrt(float64(k*(k+1))/(6*n))
		if math.Abs(got-q) > 1e-6 {
			t.Errorf("quantile for %d is %.12g, want %.12g", k, got, q)
		}
	}
}

// numpy: quantile([3, 1, 4, 1.5], [0, 0.25, 0.5, 0.9, 1]).
func TestQuantile(t *testing.T) {
	v := []float64{3, 1, 4, 1.5}
	for q, want := range map[float64]float64{0: 1, 0.25: 1.375, 0.5: 2.25, 0.9: 3.7, 1: 4} {
		close2(t, "quantile", quantile(v, q), want)
	}
	if !slices.Equal(v, []float64{3, 1, 4, 1.5}) {
		t.Error("the values were sorted in place")
	}
	inf := math.Inf(1)
	if got := quantile([]float64{inf, inf, 1}, 0.25); !math.IsInf(got, 1) {
		t.Errorf("between 1 and +Inf: %v", got)
	}
	if got := median([]float64{inf, inf}); !math.IsInf(got, 1) {
		t.Errorf("between +Inf and +Inf: %v", got)
	}
}

package trainer

import "math"

// Schedule is the learning rate over the seconds of a training: a cosine from the
// highest rate to 0, restarted with periods that double (Loshchilov, Hutter: "SGDR:
// Stochastic Gradient Descent with Warm Restarts", ICLR 2017, equation 5, with
// eta_min 0 and T_mult 2). The last cycle ends, at rate 0, when the training does.
type Schedule struct {
	Rate   float64 // the highest
	Start  float64 // seconds at which the first cycle starts
	First  float64 // seconds of the first cycle
	Cycles int
}

// NewSchedule returns the schedule of a training from start to end, in seconds of
// training: as many whole cycles as fit if the first takes at least shortest
// seconds, else one. With a shortest of 400 that gives the paper's for its budgets:
// 1, 2, 3 and 4 cycles for 400, 1200, 3600 and 10800 seconds.
func NewSchedule(rate, start, end, shortest float64) Schedule {
	length := end - start
	cycles := 1
	for shortest > 0 && cycles < 30 && length/(math.Exp2(float64(cycles+1))-1) >= shortest*(1-1e-9) {
		cycles++
	}
	return Schedule{Rate: rate, Start: start, First: length / (math.Exp2(float64(cycles)) - 1), Cycles: cycles}
}

// End is the second at which the last cycle ends.
func (s Schedule) End() float64 { return s.Start + s.First*(math.Exp2(float64(s.Cycles))-1) }

// At returns the learning rate after t seconds of training, 0 from the end on.
func (s Schedule) At(t float64) float64 {
	_, part := s.cycle(t)
	return s.Rate * (1 + math.Cos(math.Pi*part)) / 2
}

// Cycle returns the number of cycles that are over after t seconds.
func (s Schedule) Cycle(t float64) int {
	n, _ := s.cycle(t)
	return n
}

// cycle returns the cycle that t lies in, from 0, and the part of it that is over.
func (s Schedule) cycle(t float64) (int, float64) {
	t, period := max(t-s.Start, 0), s.First
	for n := range s.Cycles {
		if t < period {
			return n, t / period
		}
		t -= period
		period *= 2
	}
	return s.Cycles, 1
}

package measure

import "slices"

// median returns the median of what of gives for each sample, 0 for none.
func median(samples []sample, of func(sample) float64) float64 {
	if len(samples) == 0 {
		return 0
	}
	var xs []float64
	for _, s := range samples {
		xs = append(xs, of(s))
	}
	slices.Sort(xs)
	middle := len(xs) / 2
	if len(xs)%2 == 1 {
		return xs[middle]
	}
	return (xs[middle-1] + xs[middle]) / 2
}

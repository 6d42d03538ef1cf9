package measure

import "slices"

// median returns the median of what of gives for each sample, 0 for none.
func median(samples []sample, of func(sample) float64) float64 {
	xs := sorted(samples, of)
	if len(xs) == 0 {
		return 0
	}
	middle := len(xs) / 2
	if len(xs)%2 == 1 {
		return xs[middle]
	}
	return (xs[middle-1] + xs[middle]) / 2
}

// spread returns how far apart the middle half of the samples is, as a part of their
// median.
func spread(samples []sample, of func(sample) float64) float64 {
	xs := sorted(samples, of)
	if len(xs) < 4 {
		return 0
	}
	return (xs[len(xs)*3/4] - xs[len(xs)/4]) / median(samples, of)
}

func sorted(samples []sample, of func(sample) float64) []float64 {
	var xs []float64
	for _, s := range samples {
		xs = append(xs, of(s))
	}
	slices.Sort(xs)
	return xs
}

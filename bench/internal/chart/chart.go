// Package chart draws bars in groups, as SVG.
package chart

import (
	"image/color"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Chart is groups of bars beside each other, one bar of each series in a group.
type Chart struct {
	Title, Y string
	Line     float64 // where a line is drawn across, if not 0
	Groups   []string
	Series   []Series
}

// Series is the bars of one color. A value of 0 is no bar.
type Series struct {
	Name   string
	Values []float64 // of each group
}

// colors can be told apart by everybody (Okabe and Ito).
var colors = []color.RGBA{
	{0x99, 0x99, 0x99, 0xff},
	{0x56, 0xb4, 0xe9, 0xff},
	{0x00, 0x9e, 0x73, 0xff},
	{0xf0, 0xe4, 0x42, 0xff},
	{0xd5, 0x5e, 0x00, 0xff},
	{0xcc, 0x79, 0xa7, 0xff},
}

const (
	barWidth = 5 * vg.Millimeter
	gap      = 6 * vg.Millimeter // between groups
	margin   = 25 * vg.Millimeter
	height   = 95 * vg.Millimeter
)

// Save writes the chart to a file whose name ends with .svg.
func (c Chart) Save(path string) error {
	p := plot.New()
	p.BackgroundColor = color.White
	p.Title.Text, p.Y.Label.Text = c.Title, c.Y
	p.Title.Padding = 3 * vg.Millimeter
	p.Legend.Top, p.Legend.Left, p.Legend.Padding = true, true, vg.Millimeter
	p.Legend.TextStyle.Font.Size = 11
	p.NominalX(c.Groups...)
	p.X.LineStyle.Width, p.X.Tick.Length = 0, 0
	p.Y.Min = 0
	for i, s := range c.Series {
		if err := c.addBars(p, i, s); err != nil {
			return err
		}
	}
	if c.Line != 0 {
		p.Add(c.line())
	}
	p.Y.Max = c.top()
	p.X.Min, p.X.Max = -0.6, float64(len(c.Groups))-0.4
	return p.Save(c.width(), height, path)
}

// top leaves room for the legend above the bars.
func (c Chart) top() float64 {
	top := c.Line
	for _, s := range c.Series {
		for _, v := range s.Values {
			top = max(top, v)
		}
	}
	return top * 1.45
}

func (c Chart) width() font.Length {
	group := barWidth*font.Length(len(c.Series)) + gap
	return max(group*font.Length(len(c.Groups))+margin, 150*vg.Millimeter)
}

// addBars adds a series with its values above the bars.
func (c Chart) addBars(p *plot.Plot, i int, s Series) error {
	bars, err := plotter.NewBarChart(plotter.Values(s.Values), barWidth*0.9)
	if err != nil {
		return err
	}
	bars.Color, bars.LineStyle.Width = colors[i%len(colors)], 0
	bars.Offset = barWidth * (font.Length(i) - font.Length(len(c.Series)-1)/2)
	p.Add(bars)
	p.Legend.Add(s.Name, bars)
	labels, err := plotter.NewLabels(labelsOf(s.Values))
	if err != nil {
		return err
	}
	for j := range labels.TextStyle {
		labels.TextStyle[j].Font.Size = 8 // to be read where a page makes the chart narrower
		labels.TextStyle[j].XAlign = -0.5
	}
	labels.Offset.X, labels.Offset.Y = bars.Offset, vg.Millimeter/2
	p.Add(labels)
	return nil
}

func labelsOf(values []float64) plotter.XYLabels {
	var all plotter.XYLabels
	for i, v := range values {
		if v > 0 {
			all.XYs = append(all.XYs, plotter.XY{X: float64(i), Y: v})
			all.Labels = append(all.Labels, short(v))
		}
	}
	return all
}

// short shows two digits or more.
func short(v float64) string {
	if v < 10 {
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}

func (c Chart) line() plot.Plotter {
	line := plotter.NewFunction(func(float64) float64 { return c.Line })
	line.Width, line.Dashes = vg.Points(1), []vg.Length{vg.Points(4), vg.Points(3)}
	return line
}

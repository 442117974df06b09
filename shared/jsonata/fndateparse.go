package jsonata

import "math"

// parsedDate holds the components that a timestamp gave. A component whose name
// is unknown is there without a value, like in the reference.
type parsedDate struct {
	values map[byte]float64
	any    bool
}

// parseTime reads a timestamp that was written with the picture; ok is false if
// it does not match.
func (d datePicture) parseTime(r *run, s string) (ms float64, ok bool, err error) {
	for i := range d {
		if err := d[i].parseable(); err != nil {
			return 0, false, err
		}
	}
	texts, err := d.match(r, s)
	if texts == nil || err != nil {
		return 0, false, err
	}
	found := parsedDate{values: map[byte]float64{}}
	for i := range d {
		if d[i].component != 0 {
			if err := found.read(&d[i], texts[i]); err != nil {
				return 0, false, err
			}
		}
	}
	if !found.any {
		return 0, false, nil
	}
	ms, err = found.millis(r)
	if err == nil && math.IsNaN(ms) {
		err = failValue("D3110", s)
	}
	return ms, true, err
}

// parseable refuses components that cannot be read.
func (p *datePart) parseable() error {
	switch {
	case p.component == 0 || p.component == 'Z' || p.component == 'z' || p.component == 'P' && p.integer == nil:
		return nil
	case p.integer == nil:
		if _, ok := dateNames(p.component); !ok {
			return failValue("D3133", string(p.component))
		}
	case p.integer.numbering == inSequence:
		return failValue("D3130", p.integer.source)
	}
	return nil
}

// read takes the value of a part from its text.
func (f *parsedDate) read(p *datePart, text string) error {
	f.any = true
	delete(f.values, p.component) // the last one counts
	switch {
	case p.component == 'Z' || p.component == 'z':
		f.values[p.component] = p.zoneMinutes(text)
	case p.integer != nil:
		v, err := p.integer.parse(text)
		f.values[p.component] = v
		return err
	case p.component == 'P':
		switch text {
		case "am", "AM":
			f.values['P'] = 0
		case "pm", "PM":
			f.values['P'] = 1
		}
	default:
		names, _ := dateNames(p.component)
		for i, name := range names {
			if p.shortened(name) == text {
				f.values[p.component] = float64(i + 1)
			}
		}
	}
	return nil
}

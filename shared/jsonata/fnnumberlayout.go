package jsonata

import "strings"

// numberLayout is what a sub-picture says about the number to write.
type numberLayout struct {
	prefix, suffix string
	scale          float64 // 100 for percent, 1000 for per mille, else 1
	wholeMin       int
	fractionMin    int
	fractionMax    int
	exponentMin    int  // 0 without exponent
	wholeDigits    int  // digits before the point that the mantissa has with an exponent
	hasPoint       bool // the picture has a decimal separator
	every          int  // distance of regular separators in the whole part, else 0
	wholeMarks     []int
	fractionMarks  []int
}

func (s *numberSigns) layout(p *subPicture) *numberLayout {
	l := &numberLayout{prefix: p.prefix, suffix: p.suffix, scale: 1}
	switch {
	case strings.Contains(p.text, s.percent):
		l.scale = 100
	case strings.Contains(p.text, s.perMille):
		l.scale = 1000
	}
	l.wholeMin = countFunc(p.whole, s.isDigit)
	l.wholeDigits = l.wholeMin
	l.fractionMin = countFunc(p.fraction, s.isDigit)
	l.fractionMax = countFunc(p.fraction, s.isPlace)
	l.exponentMin = countFunc(p.exponent, s.isDigit)
	l.hasPoint = strings.Contains(p.text, s.decimal)
	l.atLeastOne(p.hasExponent, strings.Contains(p.whole, s.digit))
	l.marks(s, p)
	return l
}

// atLeastOne makes sure that a digit is written.
func (l *numberLayout) atLeastOne(hasExponent, hasOptional bool) {
	if l.wholeMin == 0 && l.fractionMax == 0 {
		if hasExponent {
			l.fractionMin, l.fractionMax = 1, 1
		} else {
			l.wholeMin = 1
		}
	}
	if hasExponent && l.wholeMin == 0 && hasOptional {
		l.wholeMin = 1
	}
	if l.wholeMin == 0 && l.fractionMin == 0 {
		l.fractionMin = 1
	}
}

// marks notes how many digits stand between each grouping separator and the
// decimal separator.
func (l *numberLayout) marks(s *numberSigns, p *subPicture) {
	for i := range p.whole {
		if strings.HasPrefix(p.whole[i:], s.grouping) {
			l.wholeMarks = append(l.wholeMarks, countFunc(p.whole[i:], s.isPlace))
		}
	}
	l.every = spacing(l.wholeMarks)
	// Behind the first separator of the fraction the reference goes on where
	// the whole part has separators; to write the same, so does this.
	at := strings.Index(p.fraction, s.grouping)
	for at >= 0 {
		l.fractionMarks = append(l.fractionMarks, countFunc(p.fraction[:min(at, len(p.fraction))], s.isPlace))
		next := strings.Index(p.whole[min(at+1, len(p.whole)):], s.grouping)
		if next < 0 {
			break
		}
		at += 1 + next
	}
}

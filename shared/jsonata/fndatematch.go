package jsonata

// maxTimestamp bounds a timestamp in bytes, since matching it to a picture takes
// time that grows with both.
const maxTimestamp = 4096

// matcher matches a text against the parts of a date/time picture as the
// reference's regular expression would: each part takes as much as it can and
// gives back what the rest needs. Letters match in either case.
type matcher struct {
	run   *run
	text  string
	parts datePicture
	ends  []int           // where each part of the match ends
	dead  map[[2]int]bool // part and position from which there is no match
}

// match returns the text of each part, nil if the whole does not match.
func (d datePicture) match(r *run, text string) ([]string, error) {
	if len(text) > maxTimestamp {
		return nil, failToken(CodeTooLarge, "string")
	}
	m := matcher{run: r, text: text, parts: d, ends: make([]int, len(d)), dead: map[[2]int]bool{}}
	if found, err := m.from(0, 0); err != nil || !found {
		return nil, err
	}
	out, at := make([]string, len(d)), 0
	for i, end := range m.ends {
		out[i], at = text[at:end], end
	}
	return out, nil
}

func (m *matcher) from(part, at int) (bool, error) {
	if part == len(m.parts) {
		return at == len(m.text), nil
	}
	key := [2]int{part, at}
	if m.dead[key] {
		return false, nil
	}
	ends := m.parts[part].spans(m.text, at)
	if err := m.run.tick(1 + len(ends)); err != nil {
		return false, err
	}
	for _, end := range ends {
		found, err := m.from(part+1, end)
		if err != nil {
			return false, err
		}
		if found {
			m.ends[part] = end
			return true, nil
		}
	}
	m.dead[key] = true
	return false, nil
}

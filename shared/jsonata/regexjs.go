package jsonata

import (
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// What JavaScript's \s and . mean, in ranges of a character class.
const (
	jsSpace = `\t\n\x{0B}\f\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}`
	jsWord  = `0-9A-Za-z_`
	// The complements, for use inside a class.
	notSpace = `\x{00}-\x{08}\x{0E}-\x{1F}!-\x{9F}\x{A1}-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027}\x{202A}-\x{202E}\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{FEFE}\x{FF00}-\x{10FFFF}`
	notDigit = `\x{00}-/:-\x{10FFFF}`
	notWord  = `\x{00}-/:-@\[-\^\x60\{-\x{10FFFF}`
)

// translateRegex turns a JavaScript pattern into one for package regexp, or
// refuses by name what the two cannot agree on. size is the number of
// instructions it takes.
func translateRegex(pattern, flags string) (out string, size int, err error) {
	t := &regexTranslator{s: pattern}
	for t.i < len(t.s) {
		if err := t.element(); err != nil {
			return "", 0, err
		}
	}
	out = t.out.String()
	if strings.Contains(flags, "i") {
		out = "(?i:" + out + ")"
	}
	if strings.Contains(flags, "m") {
		out = "(?m:" + out + ")"
	}
	tree, err := syntax.Parse(out, syntax.Perl)
	if err != nil {
		return "", 0, failToken(CodeRegex, "/"+pattern+"/")
	}
	if err := checkCaptures(tree); err != nil {
		return "", 0, err
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return "", 0, failToken(CodeRegex, "/"+pattern+"/")
	}
	return out, len(program.Inst), nil
}

type regexTranslator struct {
	s   string
	i   int
	out strings.Builder
}

func (t *regexTranslator) element() error {
	switch c := t.s[t.i]; c {
	case '.':
		t.out.WriteString(`[^\n\r\x{2028}\x{2029}]`)
	case '(':
		return t.group()
	case '[':
		return t.class()
	case '\\':
		return t.escape(false)
	case '{':
		if !isRepeat(t.s[t.i:]) {
			t.out.WriteByte('\\')
		}
		t.out.WriteByte(c)
	case ']':
		t.out.WriteString(`\]`)
	default:
		t.out.WriteByte(c)
	}
	t.i++
	return nil
}

// isRepeat reports whether s starts with {n}, {n,} or {n,m}.
func isRepeat(s string) bool {
	end := strings.IndexByte(s, '}')
	if end < 2 {
		return false
	}
	from, to, ranged := strings.Cut(s[1:end], ",")
	digits := func(s string) bool { return strings.Trim(s, "0123456789") == "" }
	return from != "" && digits(from) && (!ranged || digits(to))
}

func (t *regexTranslator) group() error {
	rest := t.s[t.i:]
	for _, refused := range []string{"(?=", "(?!", "(?<=", "(?<!"} {
		if strings.HasPrefix(rest, refused) {
			return failToken(CodeRegex, "look-around "+refused)
		}
	}
	switch {
	case strings.HasPrefix(rest, "(?:"):
		t.out.WriteString("(?:")
		t.i += 3
	case strings.HasPrefix(rest, "(?<"):
		t.out.WriteString("(?P<")
		t.i += 3
		for t.i < len(t.s) && t.s[t.i] != '>' {
			t.out.WriteByte(t.s[t.i])
			t.i++
		}
	case strings.HasPrefix(rest, "(?"):
		return failToken(CodeRegex, "the group (?")
	default:
		t.out.WriteByte('(')
		t.i++
	}
	return nil
}

// class translates a character class.
func (t *regexTranslator) class() error {
	rest := t.s[t.i:]
	switch {
	case strings.HasPrefix(rest, "[]"):
		t.out.WriteString(`[^\x{00}-\x{10FFFF}]`)
		t.i += 2
		return nil
	case strings.HasPrefix(rest, "[^]"):
		t.out.WriteString(`(?s:.)`)
		t.i += 3
		return nil
	}
	t.out.WriteByte('[')
	t.i++
	if t.s[t.i:] != "" && t.s[t.i] == '^' {
		t.out.WriteByte('^')
		t.i++
	}
	for t.i < len(t.s) {
		c := t.s[t.i]
		switch c {
		case ']':
			t.out.WriteByte(c)
			t.i++
			return nil
		case '\\':
			if err := t.escape(true); err != nil {
				return err
			}
			continue
		case '[', '&', '~':
			t.out.WriteByte('\\')
		}
		t.out.WriteByte(c)
		t.i++
	}
	return failToken(CodeRegex, "an unfinished class")
}

// escape translates a backslash and what follows it.
func (t *regexTranslator) escape(inClass bool) error {
	if t.i+1 >= len(t.s) {
		return failToken(CodeRegex, "a final backslash")
	}
	c, size := utf8.DecodeRuneInString(t.s[t.i+1:])
	start := t.i
	t.i += 1 + size
	switch {
	case strings.ContainsRune("sSdDwW", c):
		t.shorthand(c, inClass)
	case c == 'b' && inClass:
		t.out.WriteString(`\x{08}`)
	case c == 'b' || c == 'B':
		if inClass {
			t.out.WriteByte('B')
			return nil
		}
		t.out.WriteString(`\` + string(c))
	case strings.ContainsRune("tnrfv", c):
		t.out.WriteString(`\` + string(c))
	case c == 'x' || c == 'u':
		return t.codePoint(start)
	case c == 'c':
		return failToken(CodeRegex, `the escape \c`)
	case c == '0' && (t.i >= len(t.s) || t.s[t.i] < '0' || t.s[t.i] > '9'):
		t.out.WriteString(`\x{00}`)
	case c >= '0' && c <= '9':
		return failToken(CodeRegex, `the back reference \`+string(c))
	case c == 'k':
		return failToken(CodeRegex, `the back reference \k`)
	case c == 'p' || c == 'P':
		return failToken(CodeRegex, `the class \`+string(c))
	case c < utf8.RuneSelf && !isWordByte(byte(c)):
		t.out.WriteString(`\` + string(c))
	default:
		t.out.WriteRune(c)
	}
	return nil
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func (t *regexTranslator) shorthand(c rune, inClass bool) {
	ranges := map[rune]string{'s': jsSpace, 'S': notSpace, 'd': "0-9", 'D': notDigit, 'w': jsWord, 'W': notWord}[c]
	if inClass {
		t.out.WriteString(ranges)
	} else {
		// Not folded by the flag i, which must not add letters to \w.
		t.out.WriteString(`(?-i:[` + ranges + `])`)
	}
}

// codePoint translates \xHH and \uHHHH; a surrogate pair is one character.
func (t *regexTranslator) codePoint(start int) error {
	if t.s[start+1] == 'x' {
		if r, ok := hex4("00"+t.s[min(start+2, len(t.s)):min(start+4, len(t.s))], 0); ok {
			fmt.Fprintf(&t.out, `\x{%X}`, r)
			t.i = start + 4
			return nil
		}
		t.out.WriteByte('x')
		return nil
	}
	if _, ok := hex4(t.s, start+2); !ok {
		t.out.WriteByte('u')
		return nil
	}
	var b strings.Builder
	n, err := unescapeUnicode(&b, t.s, start)
	if err != nil || b.String() == "\uFFFD" {
		return failToken(CodeRegex, "half of a surrogate pair")
	}
	r, _ := utf8.DecodeRuneInString(b.String())
	fmt.Fprintf(&t.out, `\x{%X}`, r)
	t.i = start + n
	return nil
}

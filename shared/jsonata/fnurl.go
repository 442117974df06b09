package jsonata

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// Characters that encodeURI leaves alone beyond those of encodeURIComponent.
const (
	urlUnreserved = "-_.!~*'()"
	urlReserved   = ";/?:@&=+$,#"
)

var urlFunctions = []definition{
	{"base64encode", "<s-:s>", 1, textFunc(fnBase64Encode)},
	{"base64decode", "<s-:s>", 1, textFunc(fnBase64Decode)},
	{"encodeUrlComponent", "<s-:s>", 1, urlEncoder(urlUnreserved)},
	{"encodeUrl", "<s-:s>", 1, urlEncoder(urlUnreserved + urlReserved)},
	{"decodeUrlComponent", "<s-:s>", 1, urlDecoder("")},
	{"decodeUrl", "<s-:s>", 1, urlDecoder(urlReserved)},
}

// fnBase64Encode encodes one byte for each UTF-16 unit, as the reference does:
// characters beyond U+00FF lose their upper bits.
func fnBase64Encode(r *run, s string, _ []any) (any, error) {
	raw := make([]byte, 0, len(s))
	for _, c := range s {
		if c > 0xFFFF {
			c -= 0x10000
			raw = append(raw, byte(c>>10), byte(c))
			continue
		}
		raw = append(raw, byte(c))
	}
	return base64.StdEncoding.EncodeToString(raw), r.text(2 * len(s))
}

// fnBase64Decode takes either alphabet, ignores what is not of it and stops at
// the padding; each byte becomes one character.
func fnBase64Decode(r *run, s string, _ []any) (any, error) {
	s, _, _ = strings.Cut(s, "=")
	clean := strings.Map(func(c rune) rune {
		switch {
		case c == '-':
			return '+'
		case c == '_':
			return '/'
		case c == '+' || c == '/' || c < utf8.RuneSelf && c != '_' && isWordByte(byte(c)):
			return c
		}
		return -1
	}, s)
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1]
	}
	raw, err := base64.RawStdEncoding.DecodeString(clean)
	if err != nil {
		return nil, failValue("D3137", s)
	}
	var b strings.Builder
	for _, c := range raw {
		b.WriteRune(rune(c))
	}
	return b.String(), r.text(b.Len())
}

func urlEncoder(keep string) nativeFunc {
	return textFunc(func(r *run, s string, _ []any) (any, error) {
		var b strings.Builder
		for i := 0; i < len(s); i++ {
			c := s[i]
			if c != '_' && isWordByte(c) || strings.IndexByte(keep, c) >= 0 {
				b.WriteByte(c)
				continue
			}
			b.WriteByte('%')
			b.WriteByte("0123456789ABCDEF"[c>>4])
			b.WriteByte("0123456789ABCDEF"[c&15])
		}
		return b.String(), r.text(b.Len())
	})
}

// urlDecoder leaves escapes of the characters in keep as they are.
func urlDecoder(keep string) nativeFunc {
	return textFunc(func(r *run, s string, _ []any) (any, error) {
		var b strings.Builder
		for i := 0; i < len(s); i++ {
			if s[i] != '%' {
				b.WriteByte(s[i])
				continue
			}
			h, ok := hex4("00"+s[min(i+1, len(s)):min(i+3, len(s))], 0)
			if !ok {
				return nil, failValue("D3140", s)
			}
			if strings.IndexByte(keep, byte(h)) >= 0 {
				b.WriteString(s[i : i+3])
			} else {
				b.WriteByte(byte(h))
			}
			i += 2
		}
		if !utf8.ValidString(b.String()) {
			return nil, failValue("D3140", s)
		}
		return b.String(), r.text(b.Len())
	})
}

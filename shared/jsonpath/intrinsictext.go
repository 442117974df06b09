package jsonpath

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/orderloom/orderloom/shared/jsonata"
)

// format fills the {} of a template. A backslash takes the meaning from {, },
// ' and itself.
func format(args []any) (any, error) {
	template, err := text(args[0], "first")
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	used := 1
	for i := 0; i < len(template); i++ {
		switch c := template[i]; {
		case c == '\\':
			if i++; i == len(template) || !strings.ContainsRune(`'{}\`, rune(template[i])) {
				return nil, errors.New(`a backslash in the template stands before ', {, } or another backslash`)
			}
			b.WriteByte(template[i])
		case c == '{' && i+1 < len(template) && template[i+1] == '}':
			if used == len(args) {
				return nil, errors.New("there are more {} than arguments")
			}
			show(&b, args[used], true)
			used, i = used+1, i+1
		case c == '{' || c == '}':
			return nil, errors.New("a brace that is not part of {} needs a backslash")
		default:
			b.WriteByte(c)
		}
	}
	if used < len(args) {
		return nil, errors.New("there are more arguments than {}")
	}
	return b.String(), nil
}

// show writes a value the way AWS's States.Format does: text without quotes,
// arrays and objects as [a, b] and {key=value}.
func show(b *strings.Builder, v any, first bool) {
	between := func() {
		if !first {
			b.WriteString(", ")
		}
		first = false
	}
	switch x := v.(type) {
	case string:
		b.WriteString(x)
	case []any:
		b.WriteByte('[')
		for _, e := range x {
			between()
			show(b, e, true)
		}
		b.WriteByte(']')
	case *jsonata.Object:
		b.WriteByte('{')
		x.Range(func(key string, e any) bool {
			between()
			b.WriteString(key + "=")
			show(b, e, true)
			return true
		})
		b.WriteByte('}')
	default:
		raw, _ := jsonata.Encode(v)
		b.Write(raw)
	}
}

// stringSplit splits at each of the characters; empty parts are left out.
func stringSplit(args []any) (any, error) {
	s, err := text(args[0], "first")
	if err != nil {
		return nil, err
	}
	at, err := text(args[1], "second")
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(at, r) }) {
		out = append(out, part)
	}
	return out, nil
}

// short reads a text that is no longer than AWS takes.
func short(v any) (string, error) {
	s, err := text(v, "first")
	if err == nil && utf8.RuneCountInString(s) > maxText {
		err = fmt.Errorf("the text has more than %d characters", maxText)
	}
	return s, err
}

func base64Encode(args []any) (any, error) {
	s, err := short(args[0])
	return base64.StdEncoding.EncodeToString([]byte(s)), err
}

func base64Decode(args []any) (any, error) {
	s, err := short(args[0])
	if err != nil {
		return nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, errors.New("the text is not Base64")
	}
	return strings.ToValidUTF8(string(raw), "\uFFFD"), nil
}

// hash takes a text, or the JSON text of anything else.
func hash(args []any) (any, error) {
	data := args[0]
	if _, ok := data.(string); !ok {
		data, _ = jsonToString(args[:1])
	}
	s, err := short(data)
	if err != nil {
		return nil, err
	}
	var sum []byte
	switch args[1] {
	case "MD5":
		h := md5.Sum([]byte(s))
		sum = h[:]
	case "SHA-1":
		h := sha1.Sum([]byte(s))
		sum = h[:]
	case "SHA-256":
		h := sha256.Sum256([]byte(s))
		sum = h[:]
	case "SHA-384":
		h := sha512.Sum384([]byte(s))
		sum = h[:]
	case "SHA-512":
		h := sha512.Sum512([]byte(s))
		sum = h[:]
	default:
		return nil, errors.New("the algorithm must be MD5, SHA-1, SHA-256, SHA-384 or SHA-512")
	}
	return hex.EncodeToString(sum), nil
}

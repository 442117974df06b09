package engine

import (
	"encoding/base64"
	"strconv"

	"github.com/orderloom/orderloom/shared/fault"
)

// Page asks for a part of a list: at most Max items (0 means 100, at most
// 1,000), from where Token, which the part before returned, says.
type Page struct {
	Max   int
	Token string
}

func (p Page) size() int {
	if p.Max <= 0 {
		return 100
	}
	return min(p.Max, 1000)
}

// start is the position that the token says.
func (p Page) start() (int64, error) {
	if p.Token == "" {
		return 0, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(p.Token)
	if err == nil {
		var n int64
		if n, err = strconv.ParseInt(string(text), 10, 64); err == nil && n >= 0 {
			return n, nil
		}
	}
	return 0, fault.New(ErrPageToken, "Invalid Token: 'Invalid token'")
}

func pageToken(n int64) string {
	return base64.RawURLEncoding.EncodeToString(strconv.AppendInt(nil, n, 10))
}

// cut takes a part of a complete list.
func cut[T any](all []T, p Page) ([]T, string, error) {
	from, err := p.start()
	if err != nil {
		return nil, "", err
	}
	all = all[min(from, int64(len(all))):]
	if len(all) > p.size() {
		return all[:p.size()], pageToken(from + int64(p.size())), nil
	}
	return all, "", nil
}

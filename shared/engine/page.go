package engine

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"

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

// start is the position that the token says; list is what it must be from.
func (p Page) start(list string) (int64, error) {
	if p.Token == "" {
		return 0, nil
	}
	data, err := base64.RawURLEncoding.DecodeString(p.Token)
	if err == nil && len(data) > 4 && binary.LittleEndian.Uint32(data) == crc32.ChecksumIEEE([]byte(list)) {
		if n, size := binary.Uvarint(data[4:]); size == len(data)-4 && int64(n) >= 0 {
			return int64(n), nil
		}
	}
	return 0, fault.New(ErrPageToken, "Invalid Token: 'Invalid token'")
}

// pageToken is a position in a list.
func pageToken(list string, n int64) string {
	data := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(list)))
	return base64.RawURLEncoding.EncodeToString(binary.AppendUvarint(data, uint64(n)))
}

// cut takes a part of a complete list.
func cut[T any](list string, all []T, p Page) ([]T, string, error) {
	from, err := p.start(list)
	if err != nil {
		return nil, "", err
	}
	all = all[min(from, int64(len(all))):]
	if len(all) > p.size() {
		return all[:p.size()], pageToken(list, from+int64(p.size())), nil
	}
	return all, "", nil
}

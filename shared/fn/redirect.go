package fn

import "net/http"

// StayOnHost is the CheckRedirect of clients that speak to outside services. An
// answer that leads to another host is handed on as it is: what was meant for
// one service is not told to another. A request that carries something is not
// repeated either: the way it would be repeated, as a GET, it would carry
// nothing, and yet look delivered.
func StayOnHost(req *http.Request, via []*http.Request) error {
	first := via[0]
	if first.Method != http.MethodGet && first.Method != http.MethodHead || req.URL.Host != first.URL.Host || req.URL.Scheme != first.URL.Scheme || len(via) >= 10 {
		return http.ErrUseLastResponse
	}
	return nil
}

package mockserver

import (
	"fmt"
	"net/http"
	"strconv"
)

const (
	instrumentsPath      = "/api/instruments"
	instrumentsOperation = "instruments"
	// maxInstruments is how many instruments LUSID puts on a page at most.
	maxInstruments = 2000
)

var (
	// instrumentsPaths are all paths of the list. LUSID's SDKs and most articles use the second one,
	// because their base URL already ends in /api.
	instrumentsPaths = []string{instrumentsPath, "/api" + instrumentsPath}
	instrumentsQuery = map[string]bool{"limit": true}
	currencies       = []string{"AED", "AUD", "CHF", "EUR", "GBP", "JPY", "USD"}
)

// instrument is LUSID's Instrument as far as its documentation shows it for a currency.
type instrument struct {
	Href              string            `json:"href"`
	LusidInstrumentID string            `json:"lusidInstrumentId"`
	Version           instrumentVersion `json:"version"`
	Name              string            `json:"name"`
	Identifiers       map[string]string `json:"identifiers"`
	Properties        []any             `json:"properties"`
	State             string            `json:"state"`
}

type instrumentVersion struct {
	EffectiveFrom string `json:"effectiveFrom"`
	AsAtDate      string `json:"asAtDate"`
}

// instrumentList is LUSID's list of instruments.
type instrumentList struct {
	Values []instrument `json:"values"`
	Links  []any        `json:"links"`
}

// serveInstruments answers LUSID's ListInstruments, which is what people try a token out
// with. It belongs to the LUSID API, which has no contract here.
func (s *Server) serveInstruments(c *call) answer {
	limit := len(currencies)
	s.state.Lock()
	err := s.tokens.authenticate(c)
	s.state.Unlock()
	if err == nil && !c.caller.mayCall(instrumentsOperation) {
		err = accessDenied("The user may not call ListInstruments.")
	}
	if value := c.request.URL.Query().Get("limit"); err == nil && value != "" {
		n, parseErr := strconv.Atoi(value)
		if parseErr != nil || n < 1 || n > maxInstruments {
			err = &problem{
				status: http.StatusBadRequest, code: codeInvalidParameter,
				errors: map[string][]string{"limit": {fmt.Sprintf("The limit must be a number from 1 to %d.", maxInstruments)}},
			}
		}
		limit = min(limit, n)
	}
	if err != nil {
		return problemFrom(err).answer(c)
	}

	list := instrumentList{Values: []instrument{}, Links: []any{}}
	for _, currency := range currencies[:limit] {
		id := "CCY_" + currency
		list.Values = append(list.Values, instrument{
			Href:              fmt.Sprintf("%s%s/LusidInstrumentId/%s", c.base, instrumentsPath, id),
			LusidInstrumentID: id,
			Version: instrumentVersion{
				EffectiveFrom: "0001-01-01T00:00:00.0000000+00:00",
				AsAtDate:      "2021-07-07T07:34:36.5367730+00:00",
			},
			Name:        currency,
			Identifiers: map[string]string{"Currency": currency, "LusidInstrumentId": id},
			Properties:  []any{},
			State:       "Active",
		})
	}
	return jsonAnswer(http.StatusOK, list)
}

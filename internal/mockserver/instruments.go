package mockserver

import "fmt"

// instruments is ListInstruments.
var instruments = lusidList{
	operation: "instruments",
	path:      "/api/instruments",
	feature:   "api-instruments-listinstruments",
	entity:    "Instrument",
	maxLimit:  2000,
	objects:   listInstruments,
}

var currencies = []string{"AED", "AUD", "CHF", "EUR", "GBP", "JPY", "USD"}

// instrument has the fields of LUSID's Instrument that its documentation shows for a currency.
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

func listInstruments(c *call) []lusidObject {
	var objects []lusidObject
	for _, currency := range currencies {
		id := "CCY_" + currency
		objects = append(objects, lusidObject{
			id: map[string]string{"scope": defaultScope, "code": id},
			body: instrument{
				Href:              fmt.Sprintf("%s/api/instruments/LusidInstrumentId/%s", c.base, id),
				LusidInstrumentID: id,
				Version: instrumentVersion{
					EffectiveFrom: "0001-01-01T00:00:00.0000000+00:00",
					AsAtDate:      "2021-07-07T07:34:36.5367730+00:00",
				},
				Name:        currency,
				Identifiers: map[string]string{"Currency": currency, "LusidInstrumentId": id},
				Properties:  []any{},
				State:       "Active",
			},
		})
	}
	return objects
}

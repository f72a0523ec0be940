package mockserver

import (
	"fmt"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

// portfolios is ListPortfolios.
var portfolios = lusidList{
	operation: "portfolios",
	path:      "/api/portfolios",
	feature:   "api-portfolios-listportfolios",
	entity:    "Portfolio",
	maxLimit:  5000,
	objects:   listPortfolios,
}

// portfolioIDs are the portfolios of every domain.
var portfolioIDs = []entitlement.ID{
	{Scope: "Finbourne-Examples", Code: "Global-Equity"},
	{Scope: "official", Code: "main"},
	{Scope: "ibor", Code: "main"},
}

// portfolio is the main part of LUSID's Portfolio.
type portfolio struct {
	Href        string         `json:"href"`
	ID          entitlement.ID `json:"id"`
	Type        string         `json:"type"`
	DisplayName string         `json:"displayName"`
	Created     string         `json:"created"`
}

func listPortfolios(c *call) []lusidObject {
	var objects []lusidObject
	for _, id := range portfolioIDs {
		objects = append(objects, lusidObject{
			id: map[string]string{"scope": id.Scope, "code": id.Code},
			body: portfolio{
				Href:        fmt.Sprintf("%s/api/portfolios/%s/%s", c.base, id.Scope, id.Code),
				ID:          id,
				Type:        "Transaction",
				DisplayName: id.Code,
				Created:     "2021-07-07T07:34:36.5367730+00:00",
			},
		})
	}
	return objects
}

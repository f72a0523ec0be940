package mockserver

import (
	"net/http"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

// lusidResourcesPath is the path of the LUSID API's list of resources for policies, without the first /api.
const lusidResourcesPath = "/api/metadata/access/resources"

// lusidResourcesOperation is the name in faults and counts. The mock has no contract of the LUSID API.
const lusidResourcesOperation = "lusid.ListAccessControlledResources"

func isLusidResources(method, path string) bool {
	return method == http.MethodGet && (path == lusidResourcesPath || path == "/api"+lusidResourcesPath)
}

// lusidResourcesRoute responds with the features and the data of the mock's lists. According to the
// contract of the Access API, the other services have such a list too.
//
// Unverified: access/lusid-resources, access/lusid-instrument-actions, access/lusid-feature-code.
func lusidResourcesRoute(s *Server) route {
	return route{
		operation: lusidResourcesOperation,
		serve: func(c *call) answer {
			s.state.Lock()
			defer s.state.Unlock()
			if err := s.tokens.authenticate(c); err != nil {
				return problemFrom(err).answer(c)
			}
			return jsonAnswer(http.StatusOK, accessControlledResourceList{Values: lusidResources()})
		},
	}
}

// lusidResources returns the data of each list, and the features.
func lusidResources() accessControlledResources {
	var resources accessControlledResources
	identifier := []identifierPartSchema{
		{Index: 1, Name: "scope", DisplayName: "Scope", Description: "The scope.", Required: true},
		{Index: 2, Name: "code", DisplayName: "Code", Description: "The code.", Required: true},
	}
	execute := accessControlledAction{
		Description: "Call the feature.",
		Action:      actionID{Scope: lusidApplication, Activity: entitlement.Execute, Entity: "Feature"},
	}
	for _, list := range lusidLists {
		var actions []accessControlledAction
		for _, activity := range []string{"Read", "List"} {
			actions = append(actions, accessControlledAction{
				Description: activity + " the object.",
				Action:      actionID{Scope: defaultScope, Activity: activity, Entity: list.entity},
			})
		}
		resources = append(resources, accessControlledResource{
			Application: lusidApplication, Name: list.entity, Description: "Data of LUSID.", Actions: actions, IdentifierParts: identifier,
		})
		execute.LimitedSet = append(execute.LimitedSet, limitedIdentifier{
			Identifier: map[string]string{"scope": lusidApplication, "code": list.feature}, Actions: []actionID{execute.Action},
		})
	}
	return append(resources, accessControlledResource{
		Application: lusidApplication, Name: "Feature", Description: "A call of the LUSID API.", Actions: []accessControlledAction{execute}, IdentifierParts: identifier,
	})
}

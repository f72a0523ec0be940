package mockserver

// accessControlledResources are the objects that policies of the Access service can refer to.
type accessControlledResources []accessControlledResource

// accessControlledResourceList is ResourceListOfAccessControlledResource.
type accessControlledResourceList struct {
	Values []accessControlledResource `json:"values"`
}

// accessControlledResource is AccessControlledResource.
type accessControlledResource struct {
	Application string                   `json:"application"`
	Name        string                   `json:"name"`
	Description string                   `json:"description"`
	Actions     []accessControlledAction `json:"actions"`
	// IdentifierParts are the keys of an identifier.
	IdentifierParts []identifierPartSchema `json:"identifierParts,omitzero"`
}

// accessControlledAction is AccessControlledAction.
type accessControlledAction struct {
	Description string   `json:"description"`
	Action      actionID `json:"action"`
	// LimitedSet has the only identifiers that a selector with the action may use.
	LimitedSet []limitedIdentifier `json:"limitedSet,omitzero"`
}

// limitedIdentifier is IdSelectorDefinition.
type limitedIdentifier struct {
	Identifier map[string]string `json:"identifier"`
	Actions    []actionID        `json:"actions"`
}

// actionID is ActionId.
type actionID struct {
	Scope    string `json:"scope"`
	Activity string `json:"activity"`
	Entity   string `json:"entity"`
}

// identifierPartSchema is IdentifierPartSchema.
type identifierPartSchema struct {
	Index       int    `json:"index"`
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
	Description string `json:"description"`
	Required    bool   `json:"required"`
}

// identityResources and accessResources are examples of the resources of the two APIs.
var (
	identityResources = accessControlledResources{{
		Application: "Identity",
		Name:        "MCP tool",
		Description: "A tool that agents can use.",
		Actions: []accessControlledAction{{
			Description: "Run the tool.",
			Action:      actionID{Scope: defaultScope, Activity: "Execute", Entity: "McpTool"},
		}},
	}}
	accessResources = accessControlledResources{{
		Application: "Access",
		Name:        "Policy",
		Description: "A policy of the Access service.",
		Actions: []accessControlledAction{
			{Description: "Read policies.", Action: actionID{Scope: defaultScope, Activity: "Read", Entity: "Policy"}},
			{Description: "Create policies.", Action: actionID{Scope: defaultScope, Activity: "Add", Entity: "Policy"}},
			{Description: "Update policies.", Action: actionID{Scope: defaultScope, Activity: "Update", Entity: "Policy"}},
			{Description: "Delete policies.", Action: actionID{Scope: defaultScope, Activity: "Delete", Entity: "Policy"}},
		},
		IdentifierParts: []identifierPartSchema{
			{Index: 1, Name: "scope", DisplayName: "Scope", Description: "The scope of the policy.", Required: true},
			{Index: 2, Name: "code", DisplayName: "Code", Description: "The code of the policy.", Required: true},
		},
	}}
)

func (r accessControlledResources) operations() operations {
	return operations{"ListAccessControlledResources": func(*call) (any, error) { return accessControlledResourceList{Values: r}, nil }}
}

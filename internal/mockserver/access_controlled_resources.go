package mockserver

// accessControlledResources are what policies of the Access service can refer to.
type accessControlledResources struct{}

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
}

// accessControlledAction is AccessControlledAction.
type accessControlledAction struct {
	Description string   `json:"description"`
	Action      actionID `json:"action"`
}

// actionID is ActionId.
type actionID struct {
	Scope    string `json:"scope"`
	Activity string `json:"activity"`
	Entity   string `json:"entity"`
}

func (accessControlledResources) operations() operations {
	return operations{"ListAccessControlledResources": func(*call) (any, error) {
		return accessControlledResourceList{Values: []accessControlledResource{{
			Application: "Identity",
			Name:        "MCP tool",
			Description: "A tool that agents can use.",
			Actions: []accessControlledAction{{
				Description: "Run the tool.",
				Action:      actionID{Scope: defaultScope, Activity: "Execute", Entity: "McpTool"},
			}},
		}}}, nil
	}}
}

package mockserver

import (
	_ "embed"
	"fmt"
	"maps"
	"sync"
)

// LUSID's published contracts, one for each API.
var (
	//go:embed identity-openapi.json
	identityJSON     []byte
	identityContract = embedded("identity", "/identity", identityJSON)

	//go:embed access-openapi.json
	accessJSON     []byte
	accessContract = embedded("access", "/access", accessJSON)
)

// embedded returns a function that parses a contract once for all servers of a process. The
// function panics if the contract is broken, because the contract is part of the program.
func embedded(api, path string, data []byte) func() *contract {
	return sync.OnceValue(func() *contract {
		k, err := parseContract(api, path, data)
		if err != nil {
			panic(fmt.Sprintf("mockserver: the contract of %s: %v", api, err))
		}
		return k
	})
}

// api is one API of a domain.
type api struct {
	*contract
	handlers operations
}

// operations has the handlers of a resource by the contract's operation id. A handler gets only requests that satisfy
// the contract. It returns the body of the success response, or a *problem.
type operations map[string]func(*call) (any, error)

// newAPI returns the API of a contract. The resources handle its operations.
func newAPI(k *contract, resources ...interface{ operations() operations }) api {
	a := api{contract: k, handlers: operations{}}
	for _, resource := range resources {
		maps.Copy(a.handlers, resource.operations())
	}
	return a
}

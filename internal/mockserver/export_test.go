package mockserver

// AddAPI makes the domain serve another API. A handler gets the parameters of the path, and returns the
// body of the response.
func (s *Server) AddAPI(name, path string, contractJSON []byte, handlers map[string]func(params map[string]string) any) error {
	k, err := parseContract(name, path, contractJSON)
	if err != nil {
		return err
	}
	s.apis = append(s.apis, newAPI(k, testResource(handlers)))
	return nil
}

type testResource map[string]func(params map[string]string) any

func (r testResource) operations() operations {
	operations := operations{}
	for id, handle := range r {
		operations[id] = func(c *call) (any, error) { return handle(c.params), nil }
	}
	return operations
}

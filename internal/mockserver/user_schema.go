package mockserver

import "fmt"

// UserSchemaProperty defines an alternative id that users may have.
type UserSchemaProperty struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

// userSchema is the domain's user schema.
type userSchema struct{ properties []UserSchemaProperty }

// userSchemaBody is UserSchemaResponse and UpdateUserSchemaRequest.
type userSchemaBody struct {
	AlternativeUserIDs []UserSchemaProperty `json:"alternativeUserIds"`
}

func newUserSchema(options Options) *userSchema {
	return &userSchema{append([]UserSchemaProperty{}, options.Seed.UserSchema...)}
}

func (s *userSchema) operations() operations {
	return operations{
		"GetUserSchema":    s.get,
		"UpdateUserSchema": s.update,
	}
}

func (s *userSchema) get(*call) (any, error) { return s.body(), nil }

// update replaces the whole list. If it removes a name, the values of users under that name are kept.
func (s *userSchema) update(c *call) (any, error) {
	request, err := decode[userSchemaBody](c)
	if err != nil {
		return nil, err
	}
	s.properties = request.AlternativeUserIDs
	return s.body(), nil
}

func (s *userSchema) body() userSchemaBody { return userSchemaBody{s.properties} }

func (s Seed) checkUserSchema() error {
	if err := identityContract().checkSchema("UpdateUserSchemaRequest", newUserSchema(Options{Seed: s}).body()); err != nil {
		return fmt.Errorf("userSchema: %w", err)
	}
	return nil
}

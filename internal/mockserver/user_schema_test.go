package mockserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const userSchemaPath = "/identity/api/users/schema"

func TestUserSchema(t *testing.T) {
	t.Parallel()
	d := newDomain(t,
		mockserver.Options{Seed: mockserver.Seed{UserSchema: []mockserver.UserSchemaProperty{{Name: "hr", Description: "Staff number"}}}})
	d.get(userSchemaPath).wantBody(t, `{"alternativeUserIds":[{"name":"hr","description":"Staff number"}]}`)
	// LUSID keeps the order of the properties.
	const both = `{"alternativeUserIds":[{"name":"desk","description":""},{"name":"HR_2","description":"Staff number"}]}`
	d.put(userSchemaPath, both).wantBody(t, both)
	d.get(userSchemaPath).wantBody(t, both)
	for _, body := range []string{
		`{}`, `{"alternativeUserIds":null}`, `{"alternativeUserIds":[{"name":"desk"}]}`, `{"alternativeUserIds":[{"name":"","description":""}]}`,
		`{"alternativeUserIds":[{"name":"a-b","description":""}]}`,
		`{"alternativeUserIds":[` + strings.Repeat(`{"name":"a","description":""},`, 10) + `{"name":"a","description":""}]}`,
	} {
		d.put(userSchemaPath, body).wantProblem(t, http.StatusBadRequest, 151)
	}
	d.get(userSchemaPath).wantBody(t, both)
	d.put(userSchemaPath, `{"alternativeUserIds":[]}`).wantBody(t, `{"alternativeUserIds":[]}`)
	newDomain(t, mockserver.Options{}).get(userSchemaPath).wantBody(t, `{"alternativeUserIds":[]}`)
}

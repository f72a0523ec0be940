package mockserver

import (
	"cmp"
	"fmt"
	"net/http"
)

const (
	codeApplicationDoesNotExist = 662
	defaultApplicationType      = "Native"
)

// applications are the domain's OAuth applications. LUSID never returns their redirect URIs, so the mock does not
// store them.
type applications struct {
	table           *table[application]
	withholdSecrets bool
}

type application struct {
	id          string
	clientID    string
	displayName string
	kind        string
	secret      string
}

// createApplicationRequest is CreateApplicationRequest without the fields that the mock does not use.
type createApplicationRequest struct {
	ClientID    string `json:"clientId"`
	DisplayName string `json:"displayName"`
	Type        string `json:"type"`
}

// oauthApplication is OAuthApplication.
type oauthApplication struct {
	ID          string  `json:"id"`
	Type        string  `json:"type"`
	DisplayName string  `json:"displayName"`
	Secret      *string `json:"secret"`
	ClientID    string  `json:"clientId"`
	Issuer      string  `json:"issuer"`
}

func newApplications(options Options, credentials Credentials) *applications {
	a := &applications{table: newTable[application](options.ListLag), withholdSecrets: options.WithholdSecrets}
	own := Application{ClientID: credentials.ClientID, DisplayName: "Terraform", Secret: credentials.ClientSecret}
	for _, seed := range append([]Application{own}, options.Seed.Applications...) {
		id := cmp.Or(seed.ID, newApplicationID())
		a.table.put(id, application{
			id:          id,
			clientID:    seed.ClientID,
			displayName: seed.DisplayName,
			kind:        cmp.Or(seed.Type, defaultApplicationType),
			secret:      cmp.Or(seed.Secret, newClientSecret()),
		})
	}
	a.table.settle()
	return a
}

func newApplicationID() string { return "0oa" + randomAlphanumeric(17) }

func (a *applications) operations() operations {
	return operations{
		"ListApplications":         a.list,
		"GetApplication":           a.get,
		"CreateApplication":        a.create,
		"DeleteApplication":        a.delete,
		"RotateApplicationSecrets": a.rotate,
	}
}

// Unverified: identity/applications-list-secret.
func (a *applications) list(c *call) (any, error) {
	body := []oauthApplication{}
	for _, app := range a.table.list() {
		body = append(body, app.body(c))
	}
	return body, nil
}

// Unverified: identity/application-read-secret.
func (a *applications) get(c *call) (any, error) {
	includeSecret := c.query.Get("includeSecret") == "true"
	if includeSecret {
		if err := c.caller.mayReadSecrets(); err != nil {
			return nil, err
		}
	}
	app, err := a.lookUp(c)
	if err != nil {
		return nil, err
	}
	if includeSecret && !a.withholdSecrets {
		return app.bodyWithSecret(c), nil
	}
	return app.body(c), nil
}

// Unverified: identity/application-create, identity/application-client-id-case.
func (a *applications) create(c *call) (any, error) {
	request, err := decode[createApplicationRequest](c)
	if err != nil {
		return nil, err
	}
	if err := a.checkFree("client id", request.ClientID, func(app application) string { return app.clientID }); err != nil {
		return nil, err
	}
	if err := a.checkFree("display name", request.DisplayName, func(app application) string { return app.displayName }); err != nil {
		return nil, err
	}
	app := application{
		id:          newApplicationID(),
		clientID:    request.ClientID,
		displayName: request.DisplayName,
		kind:        request.Type,
		secret:      newClientSecret(),
	}
	a.table.put(app.id, app)
	return app.bodyWithSecret(c), nil
}

// Unverified: identity/application-delete, identity/application-delete-again.
func (a *applications) delete(c *call) (any, error) {
	app, err := a.lookUp(c)
	if err != nil {
		return nil, err
	}
	a.table.delete(app.id)
	return nil, nil
}

// Unverified: identity/application-old-secret.
func (a *applications) rotate(c *call) (any, error) {
	app, err := a.lookUp(c)
	if err != nil {
		return nil, err
	}
	app.secret = newClientSecret()
	a.table.put(app.id, app)
	return app.bodyWithSecret(c), nil
}

// Unverified: identity/application-missing.
func (a *applications) lookUp(c *call) (application, error) {
	app, ok := a.table.get(c.params["id"])
	if !ok {
		return app, doesNotExist(codeApplicationDoesNotExist, "application", c.params["id"])
	}
	return app, nil
}

// Unverified: identity/application-duplicate.
func (a *applications) checkFree(what, value string, of func(application) string) error {
	if _, taken := a.table.find(func(app application) bool { return of(app) == value }); taken {
		return &problem{
			status: http.StatusBadRequest, code: codeDuplicate,
			detail: fmt.Sprintf("An application with the %s %q already exists.", what, value),
		}
	}
	return nil
}

func (app application) body(c *call) oauthApplication {
	return oauthApplication{ID: app.id, Type: app.kind, DisplayName: app.displayName, ClientID: app.clientID, Issuer: c.issuer}
}

func (app application) bodyWithSecret(c *call) oauthApplication {
	body := app.body(c)
	body.Secret = &app.secret
	return body
}

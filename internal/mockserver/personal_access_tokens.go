package mockserver

import (
	"cmp"
	"fmt"
	"net/http"
	"time"
)

const (
	codeTooManyKeys     = 238
	codeKeyDoesNotExist = 239
	codeKeyNameInUse    = 659

	listOwnAPIKeys = "ListOwnApiKeys"
	createAPIKey   = "CreateApiKey"
	deleteAPIKey   = "DeleteApiKey"
)

// personalAccessTokens are the tokens of all users. A token stops working when its user is deleted, because every request
// looks up the user.
type personalAccessTokens struct {
	table *table[personalAccessToken]
	// ids has the ids by the value of the token, including those of deleted tokens.
	ids map[string]string
	// maxActive is the maximum number of active tokens per user.
	maxActive int
}

type personalAccessToken struct {
	id           string
	userID       string
	displayName  string
	key          string
	created      time.Time
	deactivation *instant
}

// createAPIKeyRequest is CreateApiKey.
type createAPIKeyRequest struct {
	DisplayName      string   `json:"displayName"`
	DeactivationDate *instant `json:"deactivationDate"`
}

// apiKey is ApiKey and, with a key, CreatedApiKey.
type apiKey struct {
	ID               string   `json:"id"`
	DisplayName      string   `json:"displayName"`
	CreatedDate      instant  `json:"createdDate"`
	DeactivationDate *instant `json:"deactivationDate"`
	Key              string   `json:"key,omitempty"`
}

// newPersonalAccessTokens panics if the user of a token in the seed does not exist.
func newPersonalAccessTokens(options Options, credentials Credentials, users *users) *personalAccessTokens {
	k := &personalAccessTokens{
		table:     newTable[personalAccessToken](options.ListLag),
		ids:       map[string]string{},
		maxActive: options.MaxPersonalAccessTokens,
	}
	own := PersonalAccessToken{DisplayName: "Terraform", Key: credentials.AccessToken}
	for _, seed := range append([]PersonalAccessToken{own}, options.Seed.PersonalAccessTokens...) {
		owner, ok := users.withLogin(cmp.Or(seed.Username, options.Seed.User.Username))
		if !ok {
			panic(fmt.Sprintf("mockserver: seed: the user of the personal access token %s, %s, does not exist", seed.DisplayName, seed.Username))
		}
		token := personalAccessToken{
			id:           cmp.Or(seed.ID, newPersonalAccessTokenID()),
			userID:       owner.id,
			displayName:  seed.DisplayName,
			key:          cmp.Or(seed.Key, newPersonalAccessToken()),
			created:      seed.CreatedDate,
			deactivation: newInstant(seed.DeactivationDate),
		}
		if token.created.IsZero() {
			token.created = options.Clock()
		}
		k.put(token)
	}
	k.table.settle()
	return k
}

func newPersonalAccessTokenID() string { return randomAlphanumeric(20) }

func (k *personalAccessTokens) operations() operations {
	return operations{listOwnAPIKeys: k.list, createAPIKey: k.create, deleteAPIKey: k.delete}
}

func (k *personalAccessTokens) list(c *call) (any, error) {
	body := []apiKey{}
	for _, token := range k.table.list() {
		if token.userID == c.caller.user.id {
			body = append(body, token.body())
		}
	}
	return body, nil
}

// Unverified: identity/token-create-by-token, identity/token-duplicate.
func (k *personalAccessTokens) create(c *call) (any, error) {
	request, err := decode[createAPIKeyRequest](c)
	if err != nil {
		return nil, err
	}
	token := personalAccessToken{
		id:           newPersonalAccessTokenID(),
		userID:       c.caller.user.id,
		displayName:  request.DisplayName,
		key:          newPersonalAccessToken(),
		created:      c.now,
		deactivation: request.DeactivationDate,
	}
	if !token.active(c.now) {
		return nil, &problem{
			status: http.StatusBadRequest, code: codeInvalidParameter,
			errors: map[string][]string{"deactivationDate": {"The deactivation date must be in the future."}},
		}
	}
	active := 0
	for _, other := range k.table.all() {
		if other.userID != token.userID || !other.active(c.now) {
			continue
		}
		if other.displayName == token.displayName {
			return nil, &problem{
				status: http.StatusBadRequest, code: codeKeyNameInUse,
				detail: fmt.Sprintf("An active API key has the display name %q.", token.displayName),
			}
		}
		active++
	}
	if active >= k.maxActive {
		return nil, &problem{
			status: http.StatusBadRequest, code: codeTooManyKeys,
			detail: fmt.Sprintf("A user may have %d active API keys at most.", k.maxActive),
		}
	}
	k.put(token)
	body := token.body()
	body.Key = token.key
	return body, nil
}

// Unverified: identity/token-delete, identity/token-delete-again.
func (k *personalAccessTokens) delete(c *call) (any, error) {
	token, ok := k.table.get(c.params["id"])
	if !ok || token.userID != c.caller.user.id {
		return nil, doesNotExist(codeKeyDoesNotExist, "API key", c.params["id"])
	}
	k.table.delete(token.id)
	return token.body(), nil
}

func (k *personalAccessTokens) put(token personalAccessToken) {
	k.table.put(token.id, token)
	k.ids[token.key] = token.id
}

// owner returns the id of the user of an active token.
func (k *personalAccessTokens) owner(key string, now time.Time) (userID string, ok bool) {
	token, ok := k.table.get(k.ids[key])
	return token.userID, ok && token.active(now)
}

// DeactivatePersonalAccessToken deactivates the token with the id now, as its deactivation date would.
func (s *Server) DeactivatePersonalAccessToken(id string) error {
	s.state.Lock()
	defer s.state.Unlock()
	token, ok := s.tokens.personal.table.get(id)
	if !ok {
		return fmt.Errorf("no personal access token has the id %q", id)
	}
	token.deactivation = newInstant(s.options.Clock())
	s.tokens.personal.put(token)
	return nil
}

func (t personalAccessToken) active(now time.Time) bool {
	return t.deactivation == nil || t.deactivation.after(now)
}

func (t personalAccessToken) body() apiKey {
	return apiKey{ID: t.id, DisplayName: t.displayName, CreatedDate: instant(t.created), DeactivationDate: t.deactivation}
}

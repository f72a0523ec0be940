package mockserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// controlPrefix is the path of the control API. Its requests are not logged and need no authentication.
const controlPrefix = "/_mock/"

// control is the control API.
type control struct {
	server *Server
}

// revocation is the body of POST /_mock/tokens/revoke.
type revocation struct {
	RefreshTokens bool `json:"refreshTokens"`
}

// signUpRequest is the body of POST /_mock/users/{user}/sign-up.
type signUpRequest struct {
	Password string `json:"password"`
}

func newControl(s *Server) http.Handler {
	c := control{server: s}
	routes := map[string]http.HandlerFunc{
		"GET /_mock/requests":              c.listRequests,
		"DELETE /_mock/requests":           c.resetRequests,
		"POST /_mock/faults":               c.injectFault,
		"DELETE /_mock/faults":             c.clearFaults,
		"POST /_mock/tokens/revoke":        c.revokeTokens,
		"GET /_mock/credentials":           c.showCredentials,
		"POST /_mock/users/{user}/sign-up": c.signUp,
		"POST /_mock/users/{user}/lock":    c.lockUser,
		"POST /_mock/users/{user}/suspend": c.suspendUser,
		"POST /_mock/keys/{id}/deactivate": c.deactivateKey,
		"POST /_mock/external-tokens":      c.issueExternalToken,
	}
	mux := http.NewServeMux()
	for pattern, handler := range routes {
		mux.HandleFunc(pattern, handler)
	}
	known := strings.Join(slices.Sorted(maps.Keys(routes)), ", ")
	mux.HandleFunc(controlPrefix, func(w http.ResponseWriter, r *http.Request) {
		message := fmt.Sprintf("the control API has no route %s %s, only %s", r.Method, r.URL.Path, known)
		jsonAnswer(http.StatusNotFound, map[string]string{"error": message}).write(w, false)
	})
	return sameOrigin(mux)
}

func (c control) listRequests(w http.ResponseWriter, _ *http.Request) {
	jsonAnswer(http.StatusOK, c.server.log.report()).write(w, false)
}

func (c control) resetRequests(w http.ResponseWriter, _ *http.Request) {
	c.server.ResetRequests()
	w.WriteHeader(http.StatusNoContent)
}

func (c control) injectFault(w http.ResponseWriter, r *http.Request) {
	var fault Fault
	err := decodeControl(w, r, &fault)
	if err == nil {
		err = c.server.injectFault(fault)
	}
	answerControl(w, err)
}

func (c control) clearFaults(w http.ResponseWriter, _ *http.Request) {
	c.server.ClearFaults()
	w.WriteHeader(http.StatusNoContent)
}

func (c control) revokeTokens(w http.ResponseWriter, r *http.Request) {
	var what revocation
	err := decodeControl(w, r, &what)
	if errors.Is(err, io.EOF) {
		err = nil // Without a body, only access tokens are revoked.
	}
	if err == nil {
		c.server.RevokeTokens()
		if what.RefreshTokens {
			c.server.RevokeRefreshTokens()
		}
	}
	answerControl(w, err)
}

func (c control) showCredentials(w http.ResponseWriter, _ *http.Request) {
	a := jsonAnswer(http.StatusOK, c.server.Credentials())
	a.header.Set("Cache-Control", "no-store")
	a.write(w, false)
}

func (c control) signUp(w http.ResponseWriter, r *http.Request) {
	var request signUpRequest
	err := decodeControl(w, r, &request)
	if err == nil {
		err = c.server.SignUp(r.PathValue("user"), request.Password)
	}
	answerControl(w, err)
}

func (c control) lockUser(w http.ResponseWriter, r *http.Request) {
	answerControl(w, c.server.LockUser(r.PathValue("user")))
}

func (c control) suspendUser(w http.ResponseWriter, r *http.Request) {
	answerControl(w, c.server.SuspendUser(r.PathValue("user")))
}

func (c control) deactivateKey(w http.ResponseWriter, r *http.Request) {
	answerControl(w, c.server.DeactivatePersonalAccessToken(r.PathValue("id")))
}

func (c control) issueExternalToken(w http.ResponseWriter, r *http.Request) {
	var request ExternalToken
	err := decodeControl(w, r, &request)
	var token string
	if err == nil {
		token, err = c.server.IssueExternalToken(request)
	}
	if err != nil {
		answerControl(w, err)
		return
	}
	a := jsonAnswer(http.StatusOK, map[string]string{"access_token": token})
	a.header.Set("Cache-Control", "no-store")
	a.write(w, false)
}

func answerControl(w http.ResponseWriter, err error) {
	if err != nil {
		jsonAnswer(http.StatusBadRequest, map[string]string{"error": err.Error()}).write(w, false)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// decodeControl decodes a body and refuses unknown fields. With a misspelt field, a test could pass without testing
// anything.
func decodeControl(w http.ResponseWriter, r *http.Request, v any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return fmt.Errorf("the body is not valid: %w", err)
	}
	if decoder.More() {
		return errors.New("the body has more than one JSON value")
	}
	return nil
}

// UnmarshalJSON decodes a fault from the control API. Unknown fields are an error.
func (f *Fault) UnmarshalJSON(data []byte) error {
	type fields Fault // The type fields has no UnmarshalJSON, which would call itself.
	wire := struct {
		*fields
		Delay string `json:"delay"`
	}{fields: (*fields)(f)}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&wire); err != nil {
		return err
	}
	if wire.Delay != "" {
		delay, err := time.ParseDuration(wire.Delay)
		if err != nil {
			return fmt.Errorf("delay: %w", err)
		}
		f.Delay = delay
	}
	return nil
}

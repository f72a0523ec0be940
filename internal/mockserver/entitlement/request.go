package entitlement

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	// Execute is the activity of a request for a feature.
	Execute = "Execute"
	// lusid is the scope of the features of LUSID's own API.
	lusid = "LUSID"
)

// EvaluationRequest is a request to judge: an action and its object.
type EvaluationRequest struct {
	Request  RequestDetails  `json:"request"`
	Resource ResourceDetails `json:"resource"`
}

// RequestDetails is an action and the dates of the requested data. Nil dates mean now.
type RequestDetails struct {
	Action            RequestedActionKey `json:"action"`
	FromEffectiveDate *time.Time         `json:"fromEffectiveDate"`
	ToEffectiveDate   *time.Time         `json:"toEffectiveDate"`
	FromAsAt          *time.Time         `json:"fromAsAt"`
	ToAsAt            *time.Time         `json:"toAsAt"`
}

// RequestedActionKey is the action of a request.
type RequestedActionKey struct {
	EntityCode string `json:"entityCode"`
	Scope      string `json:"scope"`
	Activity   string `json:"activity"`
}

func (k RequestedActionKey) isFeature() bool { return k.EntityCode == featureEntity }

func (k RequestedActionKey) id() ActionID {
	return ActionID{Scope: k.Scope, Activity: k.Activity, Entity: k.EntityCode}
}

// ResourceDetails is the object of an action: its identifier and its access metadata.
type ResourceDetails struct {
	ID       map[string]string          `json:"id"`
	Metadata map[string][]MetadataValue `json:"metadata"`
}

// ExecuteFeature returns the request for a feature of LUSID's own API, such as
// api-instruments-listinstruments.
func ExecuteFeature(code string) EvaluationRequest {
	return EvaluationRequest{
		Request:  RequestDetails{Action: RequestedActionKey{EntityCode: featureEntity, Scope: lusid, Activity: Execute}},
		Resource: ResourceDetails{ID: map[string]string{"scope": lusid, "code": code}},
	}
}

// String describes the request, for the reason of a decision.
func (r EvaluationRequest) String() string {
	action := r.Request.Action
	text := fmt.Sprintf("%q on %q in the scope %q", action.Activity, action.EntityCode, action.Scope)
	var parts []string
	for _, part := range slices.Sorted(maps.Keys(r.Resource.ID)) {
		parts = append(parts, fmt.Sprintf("%s %q", part, r.Resource.ID[part]))
	}
	if len(parts) == 0 {
		return text
	}
	return text + " for the object with " + strings.Join(parts, ", ")
}

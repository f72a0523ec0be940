package access

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// AttachedPolicyDefinitionResponse is a policy that the caller has, with the role that it comes from.
type AttachedPolicyDefinitionResponse struct {
	// SourceRole is the role of the caller that has the policy. It is empty if LUSID does not return it.
	SourceRole ResourceID
	// RoleHierarchyIndex is the position of that role among all roles. Nil if LUSID does not return it.
	RoleHierarchyIndex *int32
	// PolicyType is Entitlement or Licence.
	PolicyType string
	PolicyResponse
}

// UnmarshalJSON reads a policy with its role.
func (p *AttachedPolicyDefinitionResponse) UnmarshalJSON(data []byte) error {
	var attached struct {
		SourceRole         ResourceID `json:"sourceRole"`
		RoleHierarchyIndex *int32     `json:"roleHierarchyIndex"`
		PolicyType         string     `json:"policyType"`
	}
	if err := json.Unmarshal(data, &attached); err != nil {
		return err
	}
	p.SourceRole, p.RoleHierarchyIndex, p.PolicyType = attached.SourceRole, attached.RoleHierarchyIndex, attached.PolicyType
	return p.PolicyResponse.UnmarshalJSON(data)
}

// GetOwnPolicies returns the policies of the caller. A policy occurs once for each role that has it.
func (c *Client) GetOwnPolicies(ctx context.Context) ([]AttachedPolicyDefinitionResponse, error) {
	return client.DoList[AttachedPolicyDefinitionResponse](ctx, c.api.Get("GetOwnPolicies", "me"))
}

// EvaluationRequest is a request to evaluate: an action and its object.
type EvaluationRequest struct {
	Request  RequestDetails  `json:"request"`
	Resource ResourceDetails `json:"resource"`
}

// RequestDetails is an action and the dates of the data. The dates are timestamps in RFC 3339. Empty means
// now.
type RequestDetails struct {
	Action            RequestedActionKey `json:"action"`
	FromEffectiveDate string             `json:"fromEffectiveDate,omitempty"`
	ToEffectiveDate   string             `json:"toEffectiveDate,omitempty"`
	FromAsAt          string             `json:"fromAsAt,omitempty"`
	ToAsAt            string             `json:"toAsAt,omitempty"`
}

// RequestedActionKey is an action. Each part has 3 to 100 characters.
type RequestedActionKey struct {
	EntityCode string `json:"entityCode"`
	Scope      string `json:"scope"`
	Activity   string `json:"activity"`
}

// ResourceDetails is the object of an action: its identifier and its access metadata.
type ResourceDetails struct {
	ID       map[string]string                `json:"id"`
	Metadata map[string][]EntitlementMetadata `json:"metadata,omitempty"`
}

// EntitlementMetadata is a value of access metadata.
type EntitlementMetadata struct {
	Value string `json:"value"`
}

// EvaluationGranted is the result of a request that LUSID would grant. LUSID would deny a request with any
// other result.
const EvaluationGranted = "Granted"

// EvaluationResponses are the results of an evaluation, by the keys of its requests.
type EvaluationResponses map[string]EvaluationResponse

// EvaluationResponse is the result of one request.
type EvaluationResponse struct {
	// Result is Granted, Denied or DeniedAsLicenceRequired.
	Result string `json:"result"`
	// DetailedMessage is the reason for a denial. Empty if LUSID does not return it.
	DetailedMessage string `json:"detailedMessage"`
}

// MissingField implements [client.Checked].
func (r *EvaluationResponses) MissingField() string {
	for _, key := range slices.Sorted(maps.Keys(*r)) {
		if (*r)[key].Result == "" {
			return key + ".result"
		}
	}
	return ""
}

// Evaluate returns which requests LUSID would grant to the caller. It changes nothing. If there are
// applications, only the policies for these applications count.
func (c *Client) Evaluate(ctx context.Context, applications []string, requests map[string]EvaluationRequest) (EvaluationResponses, error) {
	r := c.api.Post("Evaluate", "me").Body(requests).ReadOnly()
	for _, application := range applications {
		r = r.Query("applications", application)
	}
	responses, err := client.Do[EvaluationResponses](ctx, r)
	if err != nil {
		return nil, err
	}
	return *responses, nil
}

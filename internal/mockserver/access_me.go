package mockserver

import (
	"slices"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

const (
	getOwnPolicies = "GetOwnPolicies"
	evaluate       = "Evaluate"
)

// accessMe has the operations on the rights of the calling user.
type accessMe struct{ *access }

// attachedPolicyResponse is AttachedPolicyDefinitionResponse. A user role has no position in the hierarchy.
type attachedPolicyResponse struct {
	SourceRole         entitlement.ID `json:"sourceRole"`
	RoleHierarchyIndex *int32         `json:"roleHierarchyIndex,omitempty"`
	PolicyType         string         `json:"policyType"`
	policyResponse
}

// evaluationRequest is EvaluationRequest.
type evaluationRequest struct {
	Request  requestDetails              `json:"request"`
	Resource entitlement.ResourceDetails `json:"resource"`
}

// requestDetails is RequestDetails.
type requestDetails struct {
	Action            entitlement.RequestedActionKey `json:"action"`
	FromEffectiveDate *instant                       `json:"fromEffectiveDate"`
	ToEffectiveDate   *instant                       `json:"toEffectiveDate"`
	FromAsAt          *instant                       `json:"fromAsAt"`
	ToAsAt            *instant                       `json:"toAsAt"`
}

// evaluationResponse is EvaluationResponse. The message is the reason for a denial.
type evaluationResponse struct {
	Result          string  `json:"result"`
	DetailedMessage *string `json:"detailedMessage"`
}

func (m accessMe) operations() operations {
	return operations{getOwnPolicies: m.policiesOf, evaluate: m.evaluate}
}

// policiesOf lists the policies of the caller, highest precedence first. If two roles have the same policy,
// the list contains it twice. The role lusid-administrator has no policies.
//
// Unverified: access/own-policies-administrator.
func (m accessMe) policiesOf(c *call) (any, error) {
	applications := c.query["applications"]
	list := []attachedPolicyResponse{}
	for _, held := range m.judge(c, "").Held() {
		policy := m.policies.rows[held.Policy.String()]
		if len(applications) > 0 && !slices.ContainsFunc(applications, policy.rules.CoversApplication) {
			continue
		}
		body := policy.body()
		body.TemplateMetadata = nil // The response has no such field.
		attached := attachedPolicyResponse{SourceRole: held.Role, PolicyType: "Entitlement", policyResponse: body}
		if !held.UserRole {
			attached.RoleHierarchyIndex = new(m.roles.rows[held.Role.String()].index)
		}
		list = append(list, attached)
	}
	return list, nil
}

// evaluate returns whether the policies for one of the applications allow each request. Without
// applications, it uses all policies.
func (m accessMe) evaluate(c *call) (any, error) {
	requests, err := decode[map[string]evaluationRequest](c)
	if err != nil {
		return nil, err
	}
	applications := c.query["applications"]
	if len(applications) == 0 {
		applications = []string{""}
	}
	responses := map[string]evaluationResponse{}
	for key, request := range requests {
		var decision entitlement.Decision
		for _, application := range applications {
			if decision = m.judge(c, application).Decide(request.rules()); decision.Granted {
				break
			}
		}
		response := evaluationResponse{Result: "Granted"}
		if !decision.Granted {
			response = evaluationResponse{Result: "Denied", DetailedMessage: &decision.Reason}
		}
		responses[key] = response
	}
	return responses, nil
}

// rules returns the request in the form that a decision uses.
func (r evaluationRequest) rules() entitlement.EvaluationRequest {
	return entitlement.EvaluationRequest{
		Request: entitlement.RequestDetails{
			Action:            r.Request.Action,
			FromEffectiveDate: (*time.Time)(r.Request.FromEffectiveDate),
			ToEffectiveDate:   (*time.Time)(r.Request.ToEffectiveDate),
			FromAsAt:          (*time.Time)(r.Request.FromAsAt),
			ToAsAt:            (*time.Time)(r.Request.ToAsAt),
		},
		Resource: r.Resource,
	}
}

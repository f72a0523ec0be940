package mockserver

import "github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"

const codePolicyCollectionDoesNotExist = 604

type accessPolicyCollection struct {
	id entitlement.ID
}

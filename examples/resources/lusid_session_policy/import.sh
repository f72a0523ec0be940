# A domain has one
terraform import lusid_session_policy.acme default

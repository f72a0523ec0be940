# A domain has only one. Its ID is default.
terraform import lusid_session_policy.acme default

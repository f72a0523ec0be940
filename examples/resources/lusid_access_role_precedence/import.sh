# A domain has one
terraform import lusid_access_role_precedence.acme default

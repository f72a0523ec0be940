# A domain has only one. Its ID is default.
terraform import lusid_access_role_precedence.acme default

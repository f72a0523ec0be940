# A domain has only one. Its ID is default.
terraform import lusid_user_schema.acme default

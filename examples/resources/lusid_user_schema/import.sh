# A domain has one
terraform import lusid_user_schema.acme default

# By its code
terraform import lusid_external_token_issuer.gitlab acme-gitlab

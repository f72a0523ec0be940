# By the ID that LUSID assigned
terraform import lusid_user.pricing 00u9kc3zrLMnq7STw2p7

# By its login
terraform import lusid_user.pricing svc-pricing@acme.com

data "lusid_authentication_information" "this" {}

output "issuer_url" {
  value = data.lusid_authentication_information.this.issuer_url
}

# Null if FINBOURNE's support staff has no access.
output "support_access_expiry" {
  value = data.lusid_authentication_information.this.support_access_expiry
}

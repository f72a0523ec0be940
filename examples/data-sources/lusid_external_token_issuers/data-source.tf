data "lusid_external_token_issuers" "all" {}

output "issuers" {
  value = data.lusid_external_token_issuers.all.external_token_issuers[*].issuer
}

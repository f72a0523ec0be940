resource "lusid_external_token_issuer" "test" {
  code        = "acme-ci"
  issuer      = "https://gitlab.acme.com"
  audience    = "https://acme.lusid.com"
  logout_url  = "https://acme.lusid.com/bye"
  description = "CI"
  claim_mappings = {
    user_id    = "user_id"
    login      = "user_email"
    email      = "user_email"
    first_name = "\"CI\""
    last_name  = "\"Pipeline\""
    user_type  = "\"Service\""
    groups     = "groups"
  }
  timeouts = {
    create = "15m"
    read   = "15m"
    update = "15m"
    delete = "15m"
  }
}

# LUSID takes the tokens that the company's GitLab gives to its pipelines.
resource "lusid_external_token_issuer" "gitlab" {
  code        = "acme-gitlab"
  description = "Pipelines on gitlab.acme.com"
  issuer      = "https://gitlab.acme.com"
  audience    = "https://acme.lusid.com"
  logout_url  = "https://acme.lusid.com/logout"

  claim_mappings = {
    # Names of claims
    user_id = "user_id"
    login   = "user_email"
    email   = "user_email"

    # Values, the same for every token: in double quotes of their own
    first_name = "\"GitLab\""
    last_name  = "\"Pipeline\""
    user_type  = "\"Service\""
  }
}

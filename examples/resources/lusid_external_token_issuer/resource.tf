# LUSID accepts the tokens that the company's GitLab issues to its pipelines.
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

    # Constants, the same for every token, in a second pair of double quotes
    first_name = "\"GitLab\""
    last_name  = "\"Pipeline\""
    user_type  = "\"Service\""
  }
}

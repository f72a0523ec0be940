import {
  to = lusid_external_token_issuer.gitlab
  id = "acme-gitlab"
}

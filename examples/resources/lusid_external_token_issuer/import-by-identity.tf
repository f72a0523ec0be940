import {
  to = lusid_external_token_issuer.gitlab
  identity = {
    code = "acme-gitlab"
  }
}

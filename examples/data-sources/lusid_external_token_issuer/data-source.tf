data "lusid_external_token_issuer" "gitlab" {
  code = "acme-gitlab"
}

# The audience that a pipeline must request a token for
output "audience" {
  value = data.lusid_external_token_issuer.gitlab.audience
}

data "lusid_external_token_issuer" "gitlab" {
  code = "acme-gitlab"
}

# What a pipeline has to ask a token for.
output "audience" {
  value = data.lusid_external_token_issuer.gitlab.audience
}

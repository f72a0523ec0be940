# terraform query -generate-config-out=issuers.tf
list "lusid_external_token_issuer" "acme" {
  provider = lusid

  config {
    code_prefix = "acme-"
  }
}

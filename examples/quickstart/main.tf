terraform {
  required_providers {
    lusid = {
      source = "finbourne/lusid"
    }
  }
}

# Reads the domain and the credentials from FBN_* variables, or from the secrets.json that the LUSID
# web app exports.
provider "lusid" {}

resource "lusid_application" "example" {
  client_id    = "example-sdk-app"
  display_name = "Example SDK application"
}

# The token that the provider signs in with. The state contains the token and the application's
# secret, so protect the state.
data "lusid_access_token" "current" {}

output "id" {
  value = lusid_application.example.id
}

output "client_id" {
  value = lusid_application.example.client_id
}

output "token_url" {
  value = lusid_application.example.token_url
}

output "secret" {
  value     = lusid_application.example.secret
  sensitive = true
}

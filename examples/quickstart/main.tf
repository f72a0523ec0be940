terraform {
  required_providers {
    lusid = {
      source = "finbourne/lusid"
    }
  }
}

# Where the domain is and who signs in comes from the FBN_* environment variables, or from
# the secrets.json that the LUSID web app exports.
provider "lusid" {}

resource "lusid_application" "example" {
  client_id    = "example-sdk-app"
  display_name = "Example SDK application"
}

# The token that the provider itself signs in with. It lands in the state, which is a secret
# anyway: it holds the application's secret too.
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

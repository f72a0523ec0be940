# The secret is in neither state nor plan.
resource "lusid_application" "sdk" {
  client_id    = "example-sdk-app"
  display_name = "Example SDK application"
  store_secret = false
}

ephemeral "lusid_application_secret" "sdk" {
  id = lusid_application.sdk.id
}

# This provider signs in with the secret.
provider "lusid" {
  alias         = "sdk"
  client_id     = lusid_application.sdk.client_id
  client_secret = ephemeral.lusid_application_secret.sdk.secret
}

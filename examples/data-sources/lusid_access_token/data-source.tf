# The token that the provider signs in with
data "lusid_access_token" "current" {}

# A token for the provider's own user, through a new application. It shows that the application works.
resource "lusid_application" "sdk" {
  client_id    = "example-sdk-app"
  display_name = "Example SDK application"
}

data "lusid_access_token" "sdk" {
  token_url         = lusid_application.sdk.token_url
  client_id         = lusid_application.sdk.client_id
  client_secret     = lusid_application.sdk.secret
  scopes            = ["openid", "client", "groups"]
  min_remaining_ttl = "10m"
}

data "lusid_current_user" "me" {}

resource "lusid_application" "sdk" {
  client_id    = "example-sdk-app"
  display_name = "Example SDK application"
}

# The output contains a placeholder for the password, which a person fills in.
output "secrets_json" {
  value = provider::lusid::secrets_json({
    api_url       = data.lusid_current_user.me.api_url
    token_url     = lusid_application.sdk.token_url
    username      = "service@acme.com"
    client_id     = lusid_application.sdk.client_id
    client_secret = lusid_application.sdk.secret
  })
  sensitive = true
}

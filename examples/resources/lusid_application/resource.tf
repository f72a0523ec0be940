# A program signs in with a user's name and password, and with this client ID and secret.
resource "lusid_application" "sdk" {
  client_id    = "example-sdk-app"
  display_name = "Example SDK application"

  # Changing this map rotates the secret.
  rotation_triggers = {
    quarter = "2026-Q4"
  }
}

# The secret of this application is in neither state nor plan. Read it with the ephemeral resource
# lusid_application_secret.
resource "lusid_application" "vaulted" {
  client_id    = "example-vaulted-app"
  display_name = "Example vaulted application"
  store_secret = false
}

# A site that users sign in to.
resource "lusid_application" "site" {
  client_id                 = "example-site"
  display_name              = "Example site"
  type                      = "Web"
  redirect_uris             = ["https://site.acme.com/callback"]
  post_logout_redirect_uris = ["https://site.acme.com"]
}

output "sdk_secret" {
  value     = lusid_application.sdk.secret
  sensitive = true
}

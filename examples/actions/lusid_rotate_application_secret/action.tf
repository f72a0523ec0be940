resource "lusid_application" "sdk" {
  client_id    = "example-sdk-app"
  display_name = "Example SDK application"
}

# terraform apply -invoke=action.lusid_rotate_application_secret.sdk
action "lusid_rotate_application_secret" "sdk" {
  config {
    id = lusid_application.sdk.id
  }
}

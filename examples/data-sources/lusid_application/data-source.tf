data "lusid_application" "sdk" {
  client_id = "example-sdk-app"
}

output "sdk_id" {
  value = data.lusid_application.sdk.id
}

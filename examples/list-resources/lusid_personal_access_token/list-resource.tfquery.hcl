# terraform query -generate-config-out=tokens.tf
list "lusid_personal_access_token" "nightly" {
  provider = lusid

  config {
    display_name_prefix = "nightly"
  }
}

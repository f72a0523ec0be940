# terraform query -generate-config-out=password_policies.tf
list "lusid_password_policy" "people" {
  provider = lusid

  config {
    user_type = "Personal"
  }
}

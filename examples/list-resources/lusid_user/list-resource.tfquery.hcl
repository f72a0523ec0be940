# terraform query -generate-config-out=users.tf
list "lusid_user" "services" {
  provider = lusid

  config {
    login_prefix = "svc-"
    type         = "Service"
  }
}

# terraform apply -invoke=action.lusid_reset_user_password.jane
action "lusid_reset_user_password" "jane" {
  config {
    login = "jane.doe@acme.com"
  }
}

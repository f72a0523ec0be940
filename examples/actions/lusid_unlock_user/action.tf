# terraform apply -invoke=action.lusid_unlock_user.jane
action "lusid_unlock_user" "jane" {
  config {
    login = "jane.doe@acme.com"
  }
}

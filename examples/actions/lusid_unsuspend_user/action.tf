# terraform apply -invoke=action.lusid_unsuspend_user.jane
action "lusid_unsuspend_user" "jane" {
  config {
    login = "jane.doe@acme.com"
  }
}

# terraform apply -invoke=action.lusid_reset_user_factors.jane
action "lusid_reset_user_factors" "jane" {
  config {
    login = "jane.doe@acme.com"
  }
}

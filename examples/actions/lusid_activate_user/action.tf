resource "lusid_user" "kim" {
  type          = "Personal"
  login         = "kim.lee@acme.com"
  email_address = "kim.lee@acme.com"
  first_name    = "Kim"
  last_name     = "Lee"
}

# If the first mail was lost, send another one:
# terraform apply -invoke=action.lusid_activate_user.kim
action "lusid_activate_user" "kim" {
  config {
    user_id = lusid_user.kim.id
  }
}

import {
  to = lusid_password_policy.people
  identity = {
    user_type = "Personal"
  }
}

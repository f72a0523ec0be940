import {
  to = lusid_password_policy.people
  id = "Personal"
}

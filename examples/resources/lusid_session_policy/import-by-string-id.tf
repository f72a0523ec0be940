import {
  to = lusid_session_policy.acme
  id = "default"
}

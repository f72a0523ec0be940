import {
  to = lusid_session_policy.acme
  identity = {
    id = "default"
  }
}

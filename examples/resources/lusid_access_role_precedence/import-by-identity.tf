import {
  to = lusid_access_role_precedence.acme
  identity = {
    id = "default"
  }
}

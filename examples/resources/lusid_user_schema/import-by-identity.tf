import {
  to = lusid_user_schema.acme
  identity = {
    id = "default"
  }
}

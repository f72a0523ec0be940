import {
  to = lusid_user_schema.acme
  id = "default"
}

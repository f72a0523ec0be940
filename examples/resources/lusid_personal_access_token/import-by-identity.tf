import {
  to = lusid_personal_access_token.nightly
  identity = {
    id = "k3VbT8wQz1LxRn6YcM2d"
  }
}

import {
  to = lusid_application.sdk
  identity = {
    client_id = "example-sdk-app"
  }
}

import {
  to = lusid_application.sdk
  id = "example-sdk-app"
}

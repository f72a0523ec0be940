import {
  to = lusid_user.pricing
  identity = {
    id = "00u9kc3zrLMnq7STw2p7"
  }
}

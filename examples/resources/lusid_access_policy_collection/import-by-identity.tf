import {
  to = lusid_access_policy_collection.read_only
  identity = {
    code = "acme-read-only"
  }
}

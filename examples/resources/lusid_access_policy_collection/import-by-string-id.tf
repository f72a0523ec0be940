import {
  to = lusid_access_policy_collection.read_only
  id = "default/acme-read-only"
}

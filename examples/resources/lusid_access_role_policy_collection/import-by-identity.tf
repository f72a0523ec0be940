import {
  to = lusid_access_role_policy_collection.auditors
  identity = {
    role_id              = "default/acme-auditors"
    policy_collection_id = "default/acme-read-only"
  }
}

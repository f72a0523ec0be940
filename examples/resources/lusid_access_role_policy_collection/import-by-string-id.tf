import {
  to = lusid_access_role_policy_collection.auditors
  id = "default/acme-auditors,default/acme-read-only"
}

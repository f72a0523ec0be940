resource "lusid_access_policy_collection" "audit" {
  code     = "acme-audit"
  policies = ["default/allow-standard-lusid-features-access"]
}

# The access role acme-auditors is managed elsewhere, and keeps everything else that it has.
resource "lusid_access_role_policy_collection" "auditors" {
  role_id              = "default/acme-auditors"
  policy_collection_id = lusid_access_policy_collection.audit.id
}

data "lusid_access_policy_collection" "read_only" {
  code = "acme-read-only"
}

# The access role acme-auditors is managed elsewhere. The attachment changes nothing else of the role.
resource "lusid_access_role_policy_collection" "auditors" {
  role_id              = "default/acme-auditors"
  policy_collection_id = data.lusid_access_policy_collection.read_only.id
}

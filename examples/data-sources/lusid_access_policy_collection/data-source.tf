data "lusid_access_policy_collection" "read_only" {
  code = "acme-read-only"
}

# The identity role acme-clerks is managed elsewhere.
resource "lusid_access_role" "clerks" {
  code               = "acme-clerks"
  policy_collections = [data.lusid_access_policy_collection.read_only.id]
}

data "lusid_access_policy_collections" "all" {}

output "collections_without_policies" {
  value = [
    for c in data.lusid_access_policy_collections.all.policy_collections : c.id
    if length(c.policies) + length(c.policy_collections) == 0
  ]
}

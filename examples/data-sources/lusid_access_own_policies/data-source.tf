data "lusid_access_own_policies" "current" {}

# Which policies does each of my access roles give me?
output "own_policies" {
  value = {
    for p in data.lusid_access_own_policies.current.policies :
    coalesce(p.source_role, "unknown") => p.id...
  }
}

data "lusid_access_policies" "all" {}

# Which policies deny something?
output "denying_policies" {
  value = [for p in data.lusid_access_policies.all.policies : p.code if p.grant == "Deny"]
}

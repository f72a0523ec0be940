data "lusid_access_roles" "all" {}

# Which access roles have this policy?
output "roles_with_standard_features" {
  value = [
    for r in data.lusid_access_roles.all.roles : r.id
    if contains(r.policies, "default/allow-standard-lusid-features-access")
  ]
}

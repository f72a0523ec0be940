data "lusid_access_roles" "all" {}

# Which access roles have this policy?
output "roles_with_standard_features" {
  value = [
    for r in data.lusid_access_roles.all.roles : r.id
    if contains(r.policies, "default/allow-standard-lusid-features-access")
  ]
}

# All access roles, highest precedence first.
output "precedence" {
  value = [
    for place in sort([for r in data.lusid_access_roles.all.roles : format("%06d %s", r.hierarchy_index, r.id) if r.hierarchy_index != null]) :
    substr(place, 7, -1)
  ]
}

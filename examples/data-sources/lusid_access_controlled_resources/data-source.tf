data "lusid_access_controlled_resources" "lusid" {
  service = "lusid"
}

# The codes of features, for the selectors of a policy
output "feature_codes" {
  value = distinct(flatten([
    for r in data.lusid_access_controlled_resources.lusid.resources : [
      for a in r.actions : [for i in a.limited_set : i.code] if a.entity == "Feature"
    ]
  ]))
}

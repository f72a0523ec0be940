# A policy that comes with LUSID.
data "lusid_access_policy" "standard_features" {
  code = "allow-standard-lusid-features-access"
}

output "standard_features_id" {
  value = data.lusid_access_policy.standard_features.id
}

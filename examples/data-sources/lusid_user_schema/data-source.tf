data "lusid_user_schema" "acme" {}

# The keys that a user's alternative_user_ids can have
output "alternative_user_ids" {
  value = data.lusid_user_schema.acme.alternative_user_ids[*].name
}

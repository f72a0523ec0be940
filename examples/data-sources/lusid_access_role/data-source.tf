# One of LUSID's own access roles.
data "lusid_access_role" "evaluator" {
  code = "lusid-evaluator"
}

output "evaluator_policies" {
  value = data.lusid_access_role.evaluator.policies
}

# One of LUSID's own roles.
data "lusid_role" "evaluator" {
  code = "lusid-evaluator"
}

output "evaluator_id" {
  value = data.lusid_role.evaluator.id
}

terraform {
  required_providers {
    lusid = {
      source = "finbourne/lusid"
    }
  }
}

provider "lusid" {}

locals {
  # A document that is put into the folder is a policy. One that is removed is deleted.
  policies = {
    for file in fileset("${path.module}/policies", "*.json") :
    trimsuffix(file, ".json") => provider::lusid::access_policy(file("${path.module}/policies/${file}"))
  }
}

resource "lusid_access_policy" "all" {
  for_each = local.policies

  code               = each.value.code
  description        = each.value.description
  applications       = each.value.applications
  grant              = each.value.grant
  selectors          = each.value.selectors
  date_conditions    = each.value.date_conditions
  request_conditions = each.value.request_conditions
  when               = each.value.when
  template_metadata  = each.value.template_metadata
}

output "policies" {
  description = "The id of each policy, by the name of its document."
  value       = { for name, policy in lusid_access_policy.all : name => policy.id }
}

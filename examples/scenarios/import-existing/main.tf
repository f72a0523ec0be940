terraform {
  required_version = ">= 1.7"

  required_providers {
    lusid = {
      source = "finbourne/lusid"
    }
  }
}

provider "lusid" {}

locals {
  # Display names by client ID.
  applications = jsondecode(file("${path.module}/applications.json"))
}

import {
  for_each = local.applications

  to = lusid_application.existing[each.key]
  id = each.key
}

resource "lusid_application" "existing" {
  for_each = local.applications

  client_id    = each.key
  display_name = each.value
}

# One application was managed under another address before.
moved {
  from = lusid_application.pricing
  to   = lusid_application.existing["acme-pricing"]
}

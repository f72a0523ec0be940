terraform {
  required_providers {
    lusid = {
      source = "finbourne/lusid"
    }
  }
}

provider "lusid" {}

locals {
  # To rotate, add 1. The application that nobody uses gets a new secret, and the credentials then
  # point to it. The other application keeps its secret until the next rotation.
  rotation = 0

  active = local.rotation % 2 == 0 ? "blue" : "green"
}

resource "lusid_application" "service" {
  for_each = {
    blue  = floor(local.rotation / 2)
    green = floor((local.rotation + 1) / 2)
  }

  client_id    = "acme-pricing-${each.key}"
  display_name = "Acme pricing (${each.key})"

  rotation_triggers = {
    rotation = each.value
  }
}

output "credentials" {
  value = {
    token_url     = lusid_application.service[local.active].token_url
    client_id     = lusid_application.service[local.active].client_id
    client_secret = lusid_application.service[local.active].secret
  }
  sensitive = true
}

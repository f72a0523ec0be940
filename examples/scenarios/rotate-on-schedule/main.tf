terraform {
  required_version = ">= 1.5"

  required_providers {
    lusid = {
      source = "finbourne/lusid"
    }
  }
}

provider "lusid" {}

resource "lusid_application" "service" {
  client_id    = "acme-pricing"
  display_name = "Acme pricing"

  # The same all month long, so one plan a month rotates and every other one is empty.
  rotation_triggers = {
    month = formatdate("YYYY-MM", plantimestamp())
  }
}

output "client_secret" {
  value     = lusid_application.service.secret
  sensitive = true
}

terraform {
  required_version = ">= 1.10"

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

  rotation_triggers = {
    quarter = "2026-Q4"
  }
}

# A token for the provider's own user, requested through the new application.
ephemeral "lusid_access_token" "service" {
  token_url     = lusid_application.service.token_url
  client_id     = lusid_application.service.client_id
  client_secret = lusid_application.service.secret
}

provider "lusid" {
  alias        = "service"
  access_token = ephemeral.lusid_access_token.service.access_token
}

data "lusid_application" "service" {
  provider = lusid.service

  # A plan that changes the application has no token yet. Because of this reference, the request waits for it.
  id = lusid_application.service.id
}

output "proven_client_id" {
  value = data.lusid_application.service.client_id
}

terraform {
  required_version = ">= 1.11"

  required_providers {
    lusid = {
      source = "finbourne/lusid"
    }
    vault = {
      source  = "hashicorp/vault"
      version = ">= 5.0"
    }
  }
}

provider "lusid" {}

provider "vault" {}

resource "lusid_application" "service" {
  client_id    = "acme-pricing"
  display_name = "Acme pricing"
  store_secret = false

  rotation_triggers = {
    quarter = "2026-Q4"
  }
}

# By id: a new application has none until it exists, so its secret is never looked for too early.
ephemeral "lusid_application_secret" "service" {
  id = lusid_application.service.id
}

resource "vault_kv_secret_v2" "service" {
  mount = "secret"
  name  = "lusid/acme-pricing"

  data_json_wo = jsonencode({
    token_url     = lusid_application.service.token_url
    client_id     = lusid_application.service.client_id
    client_secret = ephemeral.lusid_application_secret.service.secret
  })

  # Terraform cannot see that a write-only value changed: this number tells it.
  data_json_wo_version = lusid_application.service.secret_version
}

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

  # Shows a rotation made elsewhere in the next plan.
  refresh_secret_version = true

  rotation_triggers = {
    quarter = "2026-Q4"
  }
}

# Refer to the id. It is unknown until the application exists, so the secret is never read too early.
ephemeral "lusid_application_secret" "service" {
  id = lusid_application.service.id
}

resource "terraform_data" "secret_version" {
  triggers_replace = lusid_application.service.secret_version
}

resource "vault_kv_secret_v2" "service" {
  mount = "secret"
  name  = "lusid/acme-pricing"

  data_json_wo = jsonencode({
    token_url     = lusid_application.service.token_url
    client_id     = lusid_application.service.client_id
    client_secret = ephemeral.lusid_application_secret.service.secret
  })

  # Terraform can't see that a write-only value changed. It writes the value again if this number changes.
  data_json_wo_version = lusid_application.service.secret_version

  # If Vault refuses an update, Vault's provider still saves the new version, and no later
  # plan writes again. A replacement that fails stays in the plan until it succeeds.
  lifecycle {
    replace_triggered_by = [terraform_data.secret_version]
  }
}

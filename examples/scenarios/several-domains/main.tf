terraform {
  required_providers {
    lusid = {
      source = "finbourne/lusid"
    }
  }
}

provider "lusid" {
  alias        = "test"
  secrets_file = pathexpand("~/lusid/secrets.json")
  profile      = "test"
}

provider "lusid" {
  alias        = "production"
  secrets_file = pathexpand("~/lusid/secrets.json")
  profile      = "production"
}

locals {
  client_id    = "acme-pricing"
  display_name = "Acme pricing"
}

resource "lusid_application" "test" {
  provider     = lusid.test
  client_id    = local.client_id
  display_name = local.display_name
}

resource "lusid_application" "production" {
  provider     = lusid.production
  client_id    = local.client_id
  display_name = local.display_name
}

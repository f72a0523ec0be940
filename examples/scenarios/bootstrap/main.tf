terraform {
  required_providers {
    lusid = {
      source = "finbourne/lusid"
    }
  }
}

# Signs in with a person's access token, FBN_ACCESS_TOKEN, and creates only the first application.
provider "lusid" {}

resource "lusid_application" "terraform" {
  client_id    = "acme-terraform"
  display_name = "Acme Terraform"
}

# Signs in through that application, with FBN_USERNAME and FBN_PASSWORD.
provider "lusid" {
  alias         = "terraform"
  token_url     = lusid_application.terraform.token_url
  client_id     = lusid_application.terraform.client_id
  client_secret = lusid_application.terraform.secret
}

resource "lusid_application" "service" {
  provider     = lusid.terraform
  client_id    = "acme-pricing"
  display_name = "Acme pricing"
}

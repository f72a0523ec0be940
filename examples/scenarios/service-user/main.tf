terraform {
  required_providers {
    lusid = {
      source = "finbourne/lusid"
    }
  }
}

provider "lusid" {}

# The login has the form of an address. LUSID sends mail to the owner, who finishes the sign-up.
resource "lusid_user" "service" {
  type          = "Service"
  login         = "svc-instruments@acme.com"
  email_address = "market-data@acme.com"
  first_name    = "Instruments"
  last_name     = "Service"
}

data "lusid_role" "evaluator" {
  code = "lusid-evaluator"
}

resource "lusid_role_assignment" "service" {
  role_id = data.lusid_role.evaluator.id
  user_id = lusid_user.service.id
}

resource "lusid_application" "service" {
  client_id    = "acme-instruments"
  display_name = "Acme instruments"
}

variable "service_password" {
  description = "What the owner chose at the sign-up; not set until then."
  type        = string
  default     = null
  sensitive   = true
}

# A token for that user, as soon as there is a password.
data "lusid_access_token" "service" {
  count = nonsensitive(var.service_password == null) ? 0 : 1

  token_url     = lusid_application.service.token_url
  username      = lusid_user.service.login
  password      = var.service_password
  client_id     = lusid_application.service.client_id
  client_secret = lusid_application.service.secret
}

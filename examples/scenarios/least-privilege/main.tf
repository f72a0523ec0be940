terraform {
  required_providers {
    lusid = {
      source = "finbourne/lusid"
    }
  }
}

provider "lusid" {}

# The user that signs in. LUSID sends its mail to the owner, who finishes the sign-up.
resource "lusid_user" "service" {
  type          = "Service"
  login         = "svc-instruments@acme.com"
  email_address = "market-data@acme.com"
  first_name    = "Instruments"
  last_name     = "Service"
}

# The call: a policy for the feature
resource "lusid_access_policy" "feature" {
  code         = "acme-feature-list-instruments"
  description  = "Call ListInstruments"
  applications = ["LUSID"]

  selectors = [
    {
      id = {
        identifier = { scope = "LUSID", code = "api-instruments-listinstruments" }
        actions    = [{ scope = "LUSID", activity = "Execute", entity = "Feature" }]
      }
    },
  ]
}

# What the call returns: a policy for the data
resource "lusid_access_policy" "data" {
  code         = "acme-data-read-instruments"
  description  = "Read all instruments"
  applications = ["LUSID"]

  selectors = [
    {
      id = {
        identifier = { scope = "*", code = "*" }
        actions = [
          { scope = "default", activity = "Read", entity = "Instrument" },
          { scope = "default", activity = "List", entity = "Instrument" },
        ]
      }
    },
  ]
}

# The role that the user has
resource "lusid_role" "instruments" {
  name        = "acme-instruments"
  description = "Lists instruments, and nothing else"
}

# What users with that role may do
resource "lusid_access_role" "instruments" {
  code        = lusid_role.instruments.code
  description = lusid_role.instruments.description
  policies    = [lusid_access_policy.feature.id, lusid_access_policy.data.id]
}

resource "lusid_role_assignment" "service" {
  role_id = lusid_role.instruments.id
  user_id = lusid_user.service.id
}

# The application that the user signs in through
resource "lusid_application" "service" {
  client_id    = "acme-instruments"
  display_name = "Acme instruments"
}

variable "service_password" {
  description = "The password that the owner chose at the sign-up. Not set until then."
  type        = string
  default     = null
  sensitive   = true
}

# A token for that user, as soon as there is a password
data "lusid_access_token" "service" {
  count = nonsensitive(var.service_password == null) ? 0 : 1

  token_url     = lusid_application.service.token_url
  username      = lusid_user.service.login
  password      = var.service_password
  client_id     = lusid_application.service.client_id
  client_secret = lusid_application.service.secret

  # A token has the roles that its user had when the token was issued.
  depends_on = [lusid_role_assignment.service]
}

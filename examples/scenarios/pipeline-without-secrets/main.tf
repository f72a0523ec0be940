terraform {
  required_providers {
    lusid = {
      source = "finbourne/lusid"
    }
  }
}

variable "access_token_file" {
  description = "File with the token that the CI system gives to the pipeline. Leave it unset if an administrator runs Terraform."
  type        = string
  default     = null
}

provider "lusid" {
  access_token_file = var.access_token_file
}

# The user that pipelines sign in as. The login is the e-mail address of the GitLab service account
# that starts the pipelines.
resource "lusid_user" "pipeline" {
  type          = "Service"
  login         = "svc-pipeline@acme.com"
  email_address = "svc-pipeline@acme.com"
  first_name    = "GitLab"
  last_name     = "Pipeline"
}

data "lusid_role" "administrator" {
  code = "lusid-administrator"
}

resource "lusid_role_assignment" "administrator" {
  role_id = data.lusid_role.administrator.id
  user_id = lusid_user.pipeline.id
}

# A role that grants nothing. The network zones use it to recognise pipelines.
resource "lusid_role" "pipeline" {
  name = "acme-pipeline"
}

resource "lusid_role_assignment" "pipeline" {
  role_id = lusid_role.pipeline.id
  user_id = lusid_user.pipeline.id
}

# LUSID accepts the tokens that the company's GitLab issues to its pipelines.
resource "lusid_external_token_issuer" "gitlab" {
  code        = "acme-gitlab"
  description = "Pipelines on gitlab.acme.com"
  issuer      = "https://gitlab.acme.com"
  audience    = "https://acme.lusid.com"
  logout_url  = "https://acme.lusid.com/logout"

  claim_mappings = {
    # Names of claims
    user_id = "user_id"
    login   = "user_email"
    email   = "user_email"

    # Constants, the same for every token, in a second pair of double quotes
    first_name = "\"GitLab\""
    last_name  = "\"Pipeline\""
    user_type  = "\"Service\""
  }
}

# Pipelines call LUSID from the company's runners.
resource "lusid_network_zone" "runners" {
  code       = "acme-pipeline-runners"
  action     = "Allow"
  hierarchy  = 10
  user_roles = [lusid_role.pipeline.name]
  ranges     = [{ value = "203.0.113.16/28", description = "GitLab runners" }]
}

# All other addresses are blocked. Terraform creates this zone after the other zone, and destroys it
# first. Otherwise this zone would lock out the pipeline that applies the configuration.
resource "lusid_network_zone" "elsewhere" {
  code       = "acme-pipeline-elsewhere"
  action     = "Block"
  hierarchy  = 20
  user_roles = [lusid_role.pipeline.name]
  ranges     = [{ value = "0.0.0.0/0" }]

  depends_on = [lusid_network_zone.runners]
}

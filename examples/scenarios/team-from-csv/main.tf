terraform {
  required_version = ">= 1.2"

  required_providers {
    lusid = {
      source = "finbourne/lusid"
    }
  }
}

provider "lusid" {}

locals {
  # People by e-mail address.
  people = { for person in csvdecode(file("${path.module}/people.csv")) : person.email => person }

  # Descriptions by name.
  roles = {
    acme-traders = "Books and amends trades"
    acme-risk    = "Reads positions"
  }
}

resource "lusid_user" "person" {
  for_each = local.people

  type          = "Personal"
  login         = each.key
  email_address = each.key
  first_name    = each.value.first_name
  last_name     = each.value.last_name

  lifecycle {
    precondition {
      condition     = length(setsubtract(compact(split(" ", each.value.roles)), keys(local.roles))) == 0
      error_message = "people.csv gives ${each.key} a role that does not exist."
    }

    # Without this, Terraform would deprovision a person who leaves before it removes the person's roles.
    create_before_destroy = true
  }
}

resource "lusid_role" "team" {
  for_each = local.roles

  name        = each.key
  description = each.value
}

resource "lusid_role_members" "team" {
  for_each = lusid_role.team

  role_id = each.value.id
  user_ids = [
    for email, person in local.people : lusid_user.person[email].id
    if contains(split(" ", person.roles), each.key)
  ]
}

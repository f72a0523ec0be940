resource "lusid_user_schema" "acme" {
  alternative_user_ids = [
    {
      name        = "staff_number"
      description = "Number in the HR system"
    },
    {
      name = "desk"
    },
  ]
}

resource "lusid_user" "jane" {
  type          = "Personal"
  login         = "jane.doe@acme.com"
  email_address = "jane.doe@acme.com"
  first_name    = "Jane"
  last_name     = "Doe"

  alternative_user_ids = {
    staff_number = "12345"
  }

  depends_on = [lusid_user_schema.acme]
}

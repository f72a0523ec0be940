# Terraform's own user comes from the environment. The others are users of seed.json.
provider "lusid" {}

provider "lusid" {
  alias        = "analyst"
  access_token = "token-of-the-analyst"
}

provider "lusid" {
  alias        = "manager"
  access_token = "token-of-the-manager"
}

provider "lusid" {
  alias        = "guest"
  access_token = "token-of-the-guest"
}

run "apply" {
  command = apply
}

run "analyst_reads" {
  module {
    source = "./rights"
  }
  providers = { lusid = lusid.analyst }

  assert {
    condition     = join(" ", output.granted) == "call_list_instruments read_instrument read_portfolio"
    error_message = "An analyst may: ${join(", ", output.granted)}. Refused: ${jsonencode(output.refused)}"
  }
}

run "manager_changes_the_open_period" {
  module {
    source = "./rights"
  }
  providers = { lusid = lusid.manager }

  assert {
    condition     = join(" ", output.granted) == "call_list_instruments read_instrument read_portfolio update_portfolio"
    error_message = "A manager may: ${join(", ", output.granted)}. Refused: ${jsonencode(output.refused)}"
  }
}

run "guest_may_do_nothing" {
  module {
    source = "./rights"
  }
  providers = { lusid = lusid.guest }

  assert {
    condition     = length(output.granted) == 0
    error_message = "A guest may: ${join(", ", output.granted)}"
  }
}

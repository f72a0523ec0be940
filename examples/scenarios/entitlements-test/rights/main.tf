# What the user that the provider signs in as may do. Only the test uses this module.
terraform {
  required_providers {
    lusid = {
      source = "finbourne/lusid"
    }
  }
}

data "lusid_access_evaluation" "user" {
  applications = ["LUSID"]

  requests = {
    call_list_instruments = {
      scope      = "LUSID"
      activity   = "Execute"
      entity     = "Feature"
      identifier = { scope = "LUSID", code = "api-instruments-listinstruments" }
    }
    read_instrument = {
      scope      = "default"
      activity   = "Read"
      entity     = "Instrument"
      identifier = { scope = "default", code = "LUID_00003D4X" }
    }
    read_portfolio = {
      scope      = "default"
      activity   = "Read"
      entity     = "Portfolio"
      identifier = { scope = "official", code = "main" }
    }
    read_other_portfolio = {
      scope      = "default"
      activity   = "Read"
      entity     = "Portfolio"
      identifier = { scope = "ibor", code = "main" }
    }
    update_portfolio = {
      scope               = "default"
      activity            = "Update"
      entity              = "Portfolio"
      identifier          = { scope = "official", code = "main" }
      from_effective_date = "2026-06-30T00:00:00Z"
    }
    update_closed_period = {
      scope               = "default"
      activity            = "Update"
      entity              = "Portfolio"
      identifier          = { scope = "official", code = "main" }
      from_effective_date = "2025-06-30T00:00:00Z"
    }
  }
}

# The keys of the requests that LUSID would grant
output "granted" {
  value = sort([for key, result in data.lusid_access_evaluation.user.results : key if result.granted])
}

# Why LUSID would refuse the others
output "refused" {
  value = { for key, result in data.lusid_access_evaluation.user.results : key => result.reason if !result.granted }
}

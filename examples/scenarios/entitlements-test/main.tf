terraform {
  required_providers {
    lusid = {
      source = "finbourne/lusid"
    }
  }
}

# The roles that people have. They are managed elsewhere.
data "lusid_role" "analysts" {
  code = "acme-analysts"
}

data "lusid_role" "managers" {
  code = "acme-managers"
}

# Features: the calls that users may make
resource "lusid_access_policy" "call_lists" {
  code         = "acme-call-lists"
  description  = "Call ListInstruments and ListPortfolios"
  applications = ["LUSID"]

  selectors = [
    for feature in ["api-instruments-listinstruments", "api-portfolios-listportfolios"] : {
      id = {
        identifier = { scope = "LUSID", code = feature }
        actions    = [{ scope = "LUSID", activity = "Execute", entity = "Feature" }]
      }
    }
  ]
}

# Data: what the calls may return
resource "lusid_access_policy" "read" {
  code         = "acme-read"
  description  = "Read all instruments, and the official portfolios"
  applications = ["LUSID"]

  selectors = [
    {
      match_all = {
        actions = [for activity in ["Read", "List"] : { scope = "default", activity = activity, entity = "Instrument" }]
      }
    },
    {
      id = {
        identifier = { scope = "official", code = "*" }
        actions    = [for activity in ["Read", "List"] : { scope = "default", activity = activity, entity = "Portfolio" }]
      }
    },
  ]
}

resource "lusid_access_policy" "update" {
  code         = "acme-update"
  description  = "Change the official portfolios"
  applications = ["LUSID"]

  selectors = [
    {
      id = {
        identifier = { scope = "official", code = "*" }
        actions    = [{ scope = "default", activity = "Update", entity = "Portfolio" }]
      }
    },
  ]
}

# Within a role, Deny takes precedence over Allow.
resource "lusid_access_policy" "closed_period" {
  code         = "acme-closed-period"
  description  = "Nobody changes what is before 2026"
  applications = ["LUSID"]
  grant        = "Deny"

  selectors = [
    {
      match_all = {
        actions = [{ scope = "default", activity = "Update", entity = "Portfolio" }]
      }
    },
  ]
  date_conditions = [
    { effective_range = { from = "2000-01-01T00:00:00Z", to = "2025-12-31T23:59:59Z" } },
  ]
}

resource "lusid_access_role" "analysts" {
  code     = data.lusid_role.analysts.code
  policies = [lusid_access_policy.call_lists.id, lusid_access_policy.read.id]
}

resource "lusid_access_role" "managers" {
  code = data.lusid_role.managers.code
  policies = [
    lusid_access_policy.call_lists.id,
    lusid_access_policy.read.id,
    lusid_access_policy.update.id,
    lusid_access_policy.closed_period.id,
  ]
}

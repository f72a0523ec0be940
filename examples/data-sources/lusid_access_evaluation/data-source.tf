data "lusid_access_evaluation" "own" {
  requests = {
    call-list-instruments = {
      scope      = "LUSID"
      activity   = "Execute"
      entity     = "Feature"
      identifier = { scope = "LUSID", code = "api-instruments-listinstruments" }
    }
    read-portfolio = {
      scope      = "default"
      activity   = "Read"
      entity     = "Portfolio"
      identifier = { scope = "official", code = "main" }
    }
  }
}

output "may_read_portfolio" {
  value = data.lusid_access_evaluation.own.results["read-portfolio"].granted
}

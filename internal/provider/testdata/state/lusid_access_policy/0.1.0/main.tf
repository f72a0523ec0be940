resource "lusid_access_policy" "everything" {
  code         = "everything"
  description  = "Every kind of selector and of condition"
  applications = ["LUSID", "Drive"]
  grant        = "Deny"
  selectors = [
    {
      id = {
        identifier  = { path = "/", name = "*" }
        actions     = [{ scope = "default", activity = "Any", entity = "Folder" }]
        name        = "Root"
        description = "The root of Drive"
      }
    },
    {
      match_all = {
        actions = [for activity in ["Read", "List"] : { scope = "default", activity = activity, entity = "Portfolio" }]
      }
    },
    {
      metadata = {
        expressions = [{ metadata_key = "IsExternallyManaged", operator = "Equals", text_value = "true" }]
        actions     = [{ scope = "default", activity = "Any", entity = "Portfolio" }]
      }
    },
    {
      policy = {
        identity_restriction  = { scope = "default" }
        restriction_selectors = [{ match_all = { actions = [{ scope = "default", activity = "Any", entity = "Portfolio" }] } }]
        actions               = [{ scope = "default", activity = "Any", entity = "Policy" }]
      }
    },
  ]
  date_conditions = [
    { effective_range = { from = "2015-12-25T00:00:00Z", to = "2020-12-25T00:00:00+01:00" } },
    { as_at_range = { from = { date_time_offset = "2018-01-01T00:00:00Z" }, to = { value = "AsAt=Latest" } } },
    { effective_date_relative = { date = "Now", adjustment = -7, unit = "Day", relative_to_date_time = "BeforeOrOn" } },
    { effective_date_has_quality = { quality = "IsBeforeMidday" } },
  ]
  request_conditions = [
    { request_header = { header_name = "organisation.group", operator = "EqualsCaseInsensitive", value = "special" } },
    { identity_claim = { claim_type = "department", operator = "NotPresent" } },
    { identity_scope = { scope_name = "openid" } },
    { via_api = { api_feature_codes = ["api-portfolios-getportfolio"], operator = "In" } },
  ]
  when = {
    activate   = "2024-01-01T01:00:00+01:00"
    deactivate = "2099-01-01T00:00:00Z"
  }
  template_metadata = {
    template_selection = [{ scope = "default", code = "read-portfolios", selector_tags = ["Data"] }]
    build_as_at        = "2026-01-01T00:00:00Z"
  }
  timeouts = {
    create = "15m"
    read   = "15m"
    update = "15m"
    delete = "15m"
  }
}

resource "lusid_access_policy" "plain" {
  code      = "plain"
  selectors = [{ match_all = { actions = [{ scope = "default", activity = "Read", entity = "Instrument" }] } }]
}

resource "lusid_mcp_tool" "job" {
  scope       = "market-data"
  code        = "reload"
  name        = "reload-prices"
  title       = "Reload prices"
  description = "Loads the prices of a day again."
  parameters = [
    {
      name        = "day"
      data_type   = "String"
      description = "Day as yyyy-mm-dd"
    },
  ]
  scheduler_payload = {
    job_scope = "market-data"
    job_code  = "load-prices"
    arguments = { day = "{{{day}}}" }
    notifications = [
      {
        type    = "Email"
        target  = "market-data@acme.com"
        trigger = "OnFailure"
      },
    ]
  }
  destructive                         = true
  destructive_action_summary_template = "Load the prices of {day} again"
  idempotent                          = true
  open_world                          = true
  timeouts = {
    create = "15m"
    read   = "15m"
    update = "15m"
    delete = "15m"
  }
}

resource "lusid_mcp_tool" "query" {
  scope       = "market-data"
  code        = "prices"
  name        = "get-prices"
  title       = "Get prices"
  description = "Returns prices."
  read_only   = true
  luminesce_payload = {
    query = "select 1"
  }
}

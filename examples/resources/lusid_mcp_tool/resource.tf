resource "lusid_mcp_tool" "prices" {
  scope       = "market-data"
  code        = "prices"
  name        = "get-prices"
  title       = "Get prices"
  description = "Returns the latest prices of an instrument, newest first. Use it whenever somebody asks what an instrument is worth."
  read_only   = true

  parameters = [
    {
      name        = "instrument"
      data_type   = "String"
      description = "LUSID instrument ID of the instrument"
    },
    {
      name        = "limit"
      data_type   = "Integer"
      description = "How many prices to return at most"
    },
  ]

  luminesce_payload = {
    query = "select * from Acme.Prices where Instrument = '{{{instrument}}}' order by Date desc limit {{{limit}}}"
  }
}

# A person must confirm before this tool runs.
resource "lusid_mcp_tool" "reload" {
  scope       = "market-data"
  code        = "reload"
  name        = "reload-prices"
  title       = "Reload prices"
  description = "Loads the prices of a day again. Manual corrections are lost."

  destructive                         = true
  destructive_action_summary_template = "Load the prices of {day} again, and lose manual corrections"

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
}

terraform {
  required_providers {
    lusid = {
      source = "finbourne/lusid"
    }
  }
}

# Takes everything from the FBN_* environment variables, or from secrets.json in the working
# directory, both as the LUSID web app exports them.
provider "lusid" {}

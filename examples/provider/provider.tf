terraform {
  required_providers {
    lusid = {
      source = "finbourne/lusid"
    }
  }
}

# Reads all settings from FBN_* variables, or from secrets.json in the working directory. The LUSID web
# app exports both.
provider "lusid" {}

resource "lusid_access_policy_collection" "features" {
  code     = "features"
  policies = ["default/allow-standard-lusid-features-access"]
}

resource "lusid_access_policy_collection" "readers" {
  code               = "readers"
  description        = "Read"
  policies           = ["default/allow-standard-lusid-features-access"]
  policy_collections = [lusid_access_policy_collection.features.id]
  timeouts = {
    create = "15m"
    read   = "15m"
    update = "15m"
    delete = "15m"
  }
}

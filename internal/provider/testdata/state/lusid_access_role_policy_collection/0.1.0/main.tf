resource "lusid_access_policy_collection" "readers" {
  code = "readers"
}

resource "lusid_access_role_policy_collection" "evaluator" {
  role_id              = "default/lusid-evaluator"
  policy_collection_id = lusid_access_policy_collection.readers.id
  timeouts = {
    create = "15m"
    read   = "15m"
    update = "15m"
    delete = "15m"
  }
}

# By its code
terraform import lusid_access_policy_collection.read_only acme-read-only

# By its scope and code
terraform import lusid_access_policy_collection.read_only default/acme-read-only

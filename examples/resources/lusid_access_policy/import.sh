# By its code
terraform import lusid_access_policy.list_instruments acme-list-instruments

# By its scope and code
terraform import lusid_access_policy.list_instruments default/acme-list-instruments

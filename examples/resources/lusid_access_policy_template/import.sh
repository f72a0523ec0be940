# By its code
terraform import lusid_access_policy_template.read_instruments acme-read-instruments

# By its scope and code
terraform import lusid_access_policy_template.read_instruments default/acme-read-instruments

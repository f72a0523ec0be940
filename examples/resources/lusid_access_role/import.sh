# By its code
terraform import lusid_access_role.auditors acme-auditors

# By its scope and code
terraform import lusid_access_role.auditors default/acme-auditors

# By its code
terraform import lusid_network_zone.office acme-office

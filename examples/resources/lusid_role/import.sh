# By the ID that LUSID assigned
terraform import lusid_role.traders 00g7hk2mnPQrs4TUv2p7

# By its scope and code
terraform import lusid_role.traders default/traders

# By the ID of the role
terraform import lusid_role_members.traders 00g7hk2mnPQrs4TUv2p7

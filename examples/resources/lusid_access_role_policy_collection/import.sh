# By role_id,policy_collection_id
terraform import lusid_access_role_policy_collection.auditors default/acme-auditors,default/acme-read-only

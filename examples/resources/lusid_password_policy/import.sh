# By the user type
terraform import lusid_password_policy.people Personal
terraform import lusid_password_policy.services Service

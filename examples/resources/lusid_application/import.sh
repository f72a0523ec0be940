# By the ID that LUSID assigned
terraform import lusid_application.sdk 0oabw8p5aaGCl5zAA2p8

# By its client ID
terraform import lusid_application.sdk example-sdk-app

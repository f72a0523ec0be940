# By the id that LUSID gave it
terraform import lusid_application.sdk 0oabw8p5aaGCl5zAA2p8

# By its client id
terraform import lusid_application.sdk example-sdk-app

data "lusid_network_zones" "all" {}

# The zones, in the order in which LUSID evaluates them
output "zones" {
  value = [for z in data.lusid_network_zones.all.network_zones : "${z.hierarchy} ${z.code}: ${z.action}"]
}

data "lusid_network_zones" "all" {}

# Who is let in from where, in the order in which the zones decide.
output "zones" {
  value = [for z in data.lusid_network_zones.all.network_zones : "${z.hierarchy} ${z.code}: ${z.action}"]
}

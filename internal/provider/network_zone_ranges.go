package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

func networkZoneRangeAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"value": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "IP address, such as `203.0.113.7`, or range in CIDR notation, such as `203.0.113.0/24`. An IPv4-mapped IPv6 address, such as `::ffff:203.0.113.7`, is the same as the IPv4 address.",
			Validators:          []validator.String{addressOrRange{}},
		},
		"description": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "Whose address this is.",
		},
	}
}

// networkZoneRange is an address or a range of a network zone.
type networkZoneRange struct {
	Value       types.String `tfsdk:"value"`
	Description types.String `tfsdk:"description"`
}

var networkZoneRangeType = objectTypeOf(networkZoneRangeAttributes())

// parseRange reads a single address as a range of one address. It reads an IPv4-mapped IPv6 range as
// the IPv4 range, because both have the same addresses.
func parseRange(text string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(text)
	if address, addressErr := netip.ParseAddr(text); addressErr == nil && address.Zone() == "" {
		prefix, err = netip.PrefixFrom(address, address.BitLen()), nil
	}
	if err != nil {
		return netip.Prefix{}, errors.New("must be an IP address, such as 203.0.113.7, or a range in CIDR notation, such as 203.0.113.0/24")
	}
	const mappedBits = 96
	if prefix.Addr().Is4In6() && prefix.Bits() >= mappedBits {
		prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-mappedBits)
	}
	return prefix.Masked(), nil
}

// key is the same for every spelling of a range.
func (r *networkZoneRange) key() string {
	prefix, err := parseRange(r.Value.ValueString())
	if err != nil {
		return r.Value.ValueString()
	}
	return prefix.String()
}

// rangesOf returns the known ranges of a set. whole is true if the set has no unknown ranges.
func rangesOf(ctx context.Context, set types.Set) (ranges []networkZoneRange, whole bool) {
	whole = !set.IsUnknown()
	for _, element := range set.Elements() {
		var known networkZoneRange
		object, ok := element.(types.Object)
		if !ok || object.As(ctx, &known, basetypes.ObjectAsOptions{UnhandledNullAsEmpty: true}).HasError() || known.Value.IsUnknown() {
			whole = false
			continue
		}
		ranges = append(ranges, known)
	}
	return ranges, whole
}

func rangesToAPI(ctx context.Context, set types.Set) []identity.IPAddressDefinition {
	ranges, _ := rangesOf(ctx, set)
	ips := []identity.IPAddressDefinition{}
	for _, r := range ranges {
		ip := identity.IPAddressDefinition{Value: r.Value.ValueString(), Description: r.Description.ValueString(), Type: "IP"}
		if _, err := netip.ParseAddr(ip.Value); err != nil {
			ip.Type = "CIDR"
		}
		ips = append(ips, ip)
	}
	slices.SortFunc(ips, func(a, b identity.IPAddressDefinition) int { return cmp.Compare(a.Value, b.Value) })
	return ips
}

// rangesFromAPI keeps the state's spelling of an equal range.
func rangesFromAPI(ctx context.Context, prior types.Set, ips []identity.IPAddressDefinition) (types.Set, diag.Diagnostics) {
	known := map[string]networkZoneRange{}
	priors, _ := rangesOf(ctx, prior)
	for _, r := range priors {
		known[r.key()] = r
	}
	ranges, seen := []networkZoneRange{}, map[string]bool{}
	for _, ip := range ips {
		r := networkZoneRange{Value: types.StringValue(ip.Value)}
		key := r.key()
		if ip.Value == "" || seen[key] {
			continue
		}
		seen[key] = true
		if same, ok := known[key]; ok {
			r = same
		}
		r.Description = optionalString(r.Description, ip.Description)
		ranges = append(ranges, r)
	}
	return types.SetValueFrom(ctx, networkZoneRangeType, ranges)
}

// addressOrRange checks the form of a range's value.
type addressOrRange struct{}

func (addressOrRange) Description(context.Context) string {
	return "must be an IP address or a range in CIDR notation"
}

func (v addressOrRange) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (addressOrRange) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := parseRange(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid value", fmt.Sprintf("%q %s.", req.ConfigValue.ValueString(), err))
	}
}

// distinctRanges refuses a range that occurs twice, even with different spelling or description.
type distinctRanges struct{}

func (distinctRanges) Description(context.Context) string { return "must contain each range only once" }

func (v distinctRanges) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (distinctRanges) ValidateSet(ctx context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	ranges, _ := rangesOf(ctx, req.ConfigValue)
	first := map[string]string{}
	for _, r := range ranges {
		text := r.Value.ValueString()
		if same, ok := first[r.key()]; ok {
			resp.Diagnostics.AddAttributeError(req.Path, "Invalid ranges", fmt.Sprintf("%s and %s are the same range. Remove one of them.", same, text))
			return
		}
		first[r.key()] = text
	}
}

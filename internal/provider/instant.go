package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
)

// instantResolution is the smallest difference between two instants in LUSID: it keeps seven digits
// of a fraction. Whether it truncates or rounds the digits after those is not documented.
//
// Unverified: identity/instant-fraction.
const instantResolution = 100 * time.Nanosecond

// isSameInstant reports whether LUSID may store both instants as the same value.
func isSameInstant(a, b time.Time) bool { return a.Sub(b).Abs() < instantResolution }

// sameInstant keeps the state's spelling of an equal instant.
func sameInstant(prior timetypes.RFC3339, text string) timetypes.RFC3339 {
	if text == "" {
		return timetypes.NewRFC3339Null()
	}
	instant, err := parseInstant(text)
	if err != nil {
		if prior.IsUnknown() {
			return timetypes.NewRFC3339Null()
		}
		return prior
	}
	if !prior.IsNull() && !prior.IsUnknown() {
		if known, diags := prior.ValueRFC3339Time(); !diags.HasError() && isSameInstant(known, instant) {
			return prior
		}
	}
	// The last hours of the year 9999 may be in the year 10000 in UTC, which RFC 3339 cannot write.
	if utc := instant.UTC(); utc.Year() <= 9999 {
		instant = utc
	}
	// NewRFC3339TimeValue would drop the fraction.
	return timetypes.NewRFC3339ValueMust(instant.Format(time.RFC3339Nano))
}

// parseInstant reads a time without an offset as UTC.
func parseInstant(text string) (time.Time, error) {
	instant, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Parse("2006-01-02T15:04:05.999999999", text)
	}
	return instant, nil
}

// isPast reports whether an instant is in the past. An empty instant never is.
func isPast(text string) bool {
	instant, err := parseInstant(text)
	return err == nil && !instant.After(time.Now())
}

// keepEqualInstant plans no change between two formats of the same instant. The offsets may differ,
// and so may the digits of the fraction that LUSID does not store.
type keepEqualInstant struct{}

func (keepEqualInstant) Description(context.Context) string {
	return "Equivalent timestamps in a different format are not a change."
}

func (m keepEqualInstant) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (keepEqualInstant) PlanModifyString(_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	planned, err := time.Parse(time.RFC3339Nano, req.PlanValue.ValueString())
	if err != nil {
		return
	}
	if known, err := time.Parse(time.RFC3339Nano, req.StateValue.ValueString()); err == nil && isSameInstant(known, planned) {
		resp.PlanValue = req.StateValue
	}
}

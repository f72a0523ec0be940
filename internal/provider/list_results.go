package provider

import (
	"fmt"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
)

// listResults streams the results that match, up to Terraform's limit. Zero means no limit. The first
// error ends the stream, because all later results would fail the same way. If the limit leaves objects
// out, the first result has a warning: Terraform itself says nothing, and reads nothing after the last one.
func listResults[T any](limit int64, objects []T, holds func(*T) bool, result func(*T) list.ListResult) iter.Seq[list.ListResult] {
	return func(push func(list.ListResult) bool) {
		var matching []*T
		for i := range objects {
			if holds(&objects[i]) {
				matching = append(matching, &objects[i])
			}
		}
		found := len(matching)
		if limit > 0 {
			matching = matching[:min(limit, int64(found))]
		}
		for i, object := range matching {
			next := result(object)
			if i == 0 && len(matching) < found {
				next.Diagnostics.AddWarning("The list block does not return all objects", fmt.Sprintf(
					"%d objects match, and the list block returns %d of them. To get all of them, set limit = %d or more in the list block. "+
						"Without limit, Terraform asks for 100.", found, limit, found))
			}
			if !push(next) || next.Diagnostics.HasError() {
				return
			}
		}
	}
}

// withWarnings puts warnings before the results. They belong to no result, so Terraform shows them even if the
// list is empty.
func withWarnings(diags diag.Diagnostics, results iter.Seq[list.ListResult]) iter.Seq[list.ListResult] {
	return func(push func(list.ListResult) bool) {
		if len(diags) == 0 || push(list.ListResult{Diagnostics: diags}) {
			results(push)
		}
	}
}

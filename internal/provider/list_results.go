package provider

import (
	"iter"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
)

// listResults streams the results that match, up to Terraform's limit. Zero means no limit. The first
// error ends the stream, because all later results would fail the same way.
func listResults[T any](limit int64, objects []T, holds func(*T) bool, result func(*T) list.ListResult) iter.Seq[list.ListResult] {
	return func(push func(list.ListResult) bool) {
		var pushed int64
		for i := range objects {
			if !holds(&objects[i]) {
				continue
			}
			if limit > 0 && pushed >= limit {
				return
			}
			next := result(&objects[i])
			if !push(next) || next.Diagnostics.HasError() {
				return
			}
			pushed++
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

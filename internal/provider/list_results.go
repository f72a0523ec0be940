package provider

import (
	"iter"

	"github.com/hashicorp/terraform-plugin-framework/list"
)

// listResults streams what holds, up to Terraform's limit; zero is none. An error ends it: it would
// be the same for whatever follows.
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

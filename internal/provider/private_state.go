package provider

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

func setPrivate(ctx context.Context, private privateWriter, key string, value any) diag.Diagnostics {
	encoded, err := json.Marshal(value)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unable to keep private state", err.Error())}
	}
	return private.SetKey(ctx, key, encoded)
}

// getPrivate does not change the value if the key is absent.
func getPrivate(ctx context.Context, private privateReader, key string, value any) diag.Diagnostics {
	encoded, diags := private.GetKey(ctx, key)
	if len(encoded) == 0 {
		return diags
	}
	if err := json.Unmarshal(encoded, value); err != nil {
		diags.AddError("Unable to read private state", fmt.Sprintf("The value of the key %q is not one that this provider writes: %s.", key, err))
	}
	return diags
}

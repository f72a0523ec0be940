package provider

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/hashicorp/terraform-plugin-framework/function"
)

var _ function.Function = (*envScriptFunction)(nil)

// envScriptFunction writes a shell script that sets the FBN_* environment variables.
type envScriptFunction struct{}

// NewEnvScriptFunction returns the function env_script.
func NewEnvScriptFunction() function.Function { return &envScriptFunction{} }

func (f *envScriptFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "env_script"
}

func (f *envScriptFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Create a shell script that sets FBN_* environment variables for the LUSID SDKs",
		MarkdownDescription: "Returns a script that sets `FBN_*` environment variables. It quotes the values, so they can contain special characters. " +
			readersMarkdown + " If the shell can't represent a value, the function returns an error. The script is sensitive if the credentials are.",
		Parameters: []function.Parameter{
			credentialsParameter(),
			function.StringParameter{
				Name:                "shell",
				MarkdownDescription: "`bash`, which also works in any POSIX shell, or `powershell`.",
			},
		},
		Return: function.StringReturn{},
	}
}

func (f *envScriptFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var shell string
	credentials, failed := readCredentials(ctx, req, &shell)
	if failed != nil {
		resp.Error = failed
		return
	}
	var line func(name, value string) string
	switch shell {
	case "bash":
		line = func(name, value string) string { return fmt.Sprintf("export %s=%s\n", name, quoteBash(value)) }
	case "powershell":
		line = func(name, value string) string { return fmt.Sprintf("$env:%s = %s\n", name, quotePowerShell(value)) }
	default:
		resp.Error = function.NewArgumentFuncError(1, `the shell must be "bash" or "powershell"`)
		return
	}
	names, values, failed := credentials.variables()
	if failed != nil {
		resp.Error = failed
		return
	}
	var script strings.Builder
	for _, name := range names {
		script.WriteString(line(name, values[name]))
	}
	resp.Error = resp.Result.Set(ctx, script.String())
}

// quoteBash puts a value in single quotes, within which a POSIX shell changes nothing.
func quoteBash(value string) string {
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}

// quotePowerShell puts a value in single quotes, within which PowerShell changes nothing. It writes
// characters that are not printable ASCII by their numbers, for two reasons: Windows PowerShell reads
// a script without a byte order mark in the code page of the machine, and it treats typographic quotes
// as quotes.
func quotePowerShell(value string) string {
	var parts []string
	var plain strings.Builder
	flush := func() {
		if plain.Len() > 0 {
			parts = append(parts, "'"+strings.ReplaceAll(plain.String(), "'", "''")+"'")
			plain.Reset()
		}
	}
	for _, unit := range utf16.Encode([]rune(value)) {
		if unit >= ' ' && unit <= '~' {
			plain.WriteByte(byte(unit))
			continue
		}
		flush()
		parts = append(parts, fmt.Sprintf("[char]0x%04X", unit))
	}
	flush()
	if len(parts) > 0 && strings.HasPrefix(parts[0], "[char]") {
		// The first operand decides the type of a sum, so it must be a string.
		parts = append([]string{"''"}, parts...)
	}
	return strings.Join(parts, " + ")
}

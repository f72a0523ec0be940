package client_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

func TestReadFile(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(directory, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	regular := write("regular", []byte("content"))
	// Kubernetes mounts a secret as a link to another link.
	link, second := filepath.Join(directory, "link"), filepath.Join(directory, "second")
	for from, to := range map[string]string{link: regular, second: link} {
		if err := os.Symlink(to, from); err != nil {
			t.Skip(err)
		}
	}
	for _, path := range []string{regular, link, second} {
		if got, err := client.ReadFile(path); err != nil || string(got) != "content" {
			t.Errorf(`%s: got %q and the error %v, want "content"`, path, got, err)
		}
	}
	whole := write("whole", make([]byte, 4<<20))
	if got, err := client.ReadFile(whole); err != nil || len(got) != 4<<20 {
		t.Errorf("got %d bytes and the error %v, want 4 MiB", len(got), err)
	}

	refused := map[string]string{
		filepath.Join(directory, "missing"):   "",
		directory:                             "it is a directory",
		write("large", make([]byte, 4<<20+1)): "it is larger than 4 MiB",
	}
	if _, err := os.Stat("/dev/zero"); err == nil {
		refused["/dev/zero"] = "it is not a regular file"
		refused["/dev/tty"] = ""
	}
	pipe := filepath.Join(directory, "pipe")
	if err := exec.CommandContext(t.Context(), "mkfifo", pipe).Run(); err == nil {
		refused[pipe] = "it is not a regular file"
	}
	for path, want := range refused {
		_, err := client.ReadFile(path)
		if _, ok := errors.AsType[*fs.PathError](err); !ok || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got the error %v, want one that contains %q", path, err, want)
		}
	}
}

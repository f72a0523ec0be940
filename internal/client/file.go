package client

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxFile limits the size of a file. A token or a secrets file has a few kilobytes, and all public root
// certificates together have a few hundred.
const maxFile = 4 << 20

// ReadFile reads a file that the configuration names. It must be a regular file, or a symbolic link to
// one, of at most 4 MiB. A device may have no end, and a read from a named pipe can't be interrupted.
// Every error is an [fs.PathError].
func ReadFile(path string) ([]byte, error) {
	// Check the type before opening the file, because opening a named pipe waits for a writer.
	stat, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	failure := func(reason string) error { return &fs.PathError{Op: "read", Path: path, Err: errors.New(reason)} }
	switch {
	case stat.IsDir():
		return nil, failure("it is a directory")
	case !stat.Mode().IsRegular():
		return nil, failure("it is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(content) > maxFile {
		return nil, failure(fmt.Sprintf("it is larger than %d MiB", maxFile>>20))
	}
	return content, nil
}

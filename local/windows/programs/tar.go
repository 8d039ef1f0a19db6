package main

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// tarProgram unpacks an archive, in the words of the bsdtar that Windows has.
func tarProgram(call Call) int {
	archive, directory := "", "."
	unpacks := false
	for index := 0; index < len(call.arguments); index++ {
		switch argument := call.arguments[index]; argument {
		case "--version":
			say("bsdtar %s - libarchive %s", call.self.Version, call.self.Version)
			return 0
		case "-xzf", "-xf", "xzf", "xf":
			unpacks = true
			index++
			if index < len(call.arguments) {
				archive = call.arguments[index]
			}
		case "-C":
			index++
			if index < len(call.arguments) {
				directory = call.arguments[index]
			}
		default:
			fail("tar.exe: Option %s is not supported", argument)
			return 1
		}
	}
	if !unpacks || archive == "" {
		fail("tar.exe: Must specify one of -c, -r, -t, -u, -x")
		return 1
	}
	if err := unpack(archive, directory); err != nil {
		fail("tar.exe: %v", err)
		return 1
	}
	return 0
}

func unpack(archive, directory string) error {
	file, err := os.Open(archive)
	if err != nil {
		return fmt.Errorf("Error opening archive: Failed to open '%s'", archive)
	}
	defer file.Close()
	if info, err := os.Stat(directory); err != nil || !info.IsDir() {
		return fmt.Errorf("could not chdir to '%s'", directory)
	}
	plain, err := gzip.NewReader(file)
	if err != nil {
		return errors.New("Error opening archive: Unrecognized archive format")
	}
	entries := tar.NewReader(plain)
	for {
		header, err := entries.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return damage(err)
		}
		if err := unpackEntry(entries, header, directory); err != nil {
			return err
		}
	}
}

func unpackEntry(content io.Reader, header *tar.Header, directory string) error {
	if strings.Contains(header.Name, "..") {
		return fmt.Errorf("%s: Path contains '..'", header.Name)
	}
	path := filepath.Join(directory, filepath.FromSlash(header.Name))
	if header.Typeflag == tar.TypeDir {
		return os.MkdirAll(path, 0o777)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return fmt.Errorf("%s: Can't create directory", header.Name)
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("%s: Can't create '%s'", header.Name, path)
	}
	defer file.Close()
	if _, err := io.Copy(file, content); err != nil {
		return damage(err)
	}
	return nil
}

func damage(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("Truncated gzip input\r\ntar.exe: Error exit delayed from previous errors.")
	}
	return errors.New("Damaged tar archive\r\ntar.exe: Error exit delayed from previous errors.")
}

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// Self is what the JSON text after the last line feed of a program's file says.
type Self struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Of ctr only: the path of the real ctr.exe.
	Real string `json:"real"`

	path string
	// The file without the JSON text: the same in all programs.
	executable []byte
}

func readSelf() Self {
	path, err := os.Executable()
	check(err)
	content, err := os.ReadFile(path)
	check(err)
	executable, text := splitLastLine(content)
	self := Self{path: path, executable: executable}
	if json.Unmarshal(text, &self) != nil || self.Name == "" {
		self.Name = strings.TrimSuffix(self.fileName(), ".exe")
	}
	return self
}

func (self Self) fileName() string {
	return strings.ToLower(filepath.Base(self.path))
}

// as returns the content of another program's file.
func (self Self) as(name, version string) []byte {
	text, err := json.Marshal(map[string]string{"name": name, "version": version})
	check(err)
	return append(append([]byte{}, self.executable...), text...)
}

// splitLastLine returns the content up to and including its last line feed, and the rest.
func splitLastLine(content []byte) (head, last []byte) {
	end := bytes.LastIndexByte(content, '\n') + 1
	return content[:end], content[end:]
}

// check ends the program if the model itself is broken.
func check(err error) {
	if err != nil {
		fail("model of Windows: %v", err)
		os.Exit(125)
	}
}

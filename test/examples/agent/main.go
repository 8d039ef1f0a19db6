// Command agent stands in for the two programs that install-agent.ps1 calls, by the name under which it is started:
// aws.exe answers as Parameter Store does, agent-setup.exe installs an agent. The last line of its own file is JSON: the
// key, and in which encoding the setup leaves it on the disk, if in any.
package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf16"
)

type settings struct{ Key, Leaves string }

func main() {
	own, err := os.Executable()
	check(err)
	content, err := os.ReadFile(own)
	check(err)
	var what settings
	check(json.Unmarshal(content[bytes.LastIndexByte(content, '\n')+1:], &what))
	if strings.EqualFold(filepath.Base(own), "aws.exe") {
		parameter(what)
	} else {
		setup(what)
	}
}

func parameter(what settings) {
	wanted := []string{"ssm", "get-parameter", "--region", os.Getenv("REGION"), "--name", "/platform/agent/setup-key",
		"--with-decryption", "--query", "Parameter.Value", "--output", "text"}
	if !slices.Equal(os.Args[1:], wanted) {
		fail(252, "aws.exe: error: unexpected arguments")
	}
	fmt.Println(what.Key)
}

func setup(what settings) {
	if os.Getenv("AGENT_SETUP_KEY") != what.Key {
		fail(1603, "The key "+os.Getenv("AGENT_SETUP_KEY")+" is wrong.")
	}
	fmt.Println("Installing with the key", what.Key)
	folder := filepath.Join(os.Getenv("ProgramFiles"), "Agent")
	check(os.MkdirAll(folder, 0o755))
	check(os.WriteFile(filepath.Join(folder, "agent.exe"), []byte("an agent"), 0o755))
	switch what.Leaves {
	case "utf8":
		check(os.WriteFile(filepath.Join(folder, "agent.conf"), []byte("key="+what.Key+"\r\n"), 0o644))
	case "utf16":
		var text bytes.Buffer
		check(binary.Write(&text, binary.LittleEndian, utf16.Encode([]rune("key="+what.Key+"\r\n"))))
		check(os.WriteFile(filepath.Join(folder, "agent.conf"), text.Bytes(), 0o644))
	}
}

func fail(code int, message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(code)
}

func check(err error) {
	if err != nil {
		fail(1, err.Error())
	}
}

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const awsCLI = `C:\Program Files\Amazon\AWSCLIV2\aws.exe`

// Exit codes of msiexec.exe (Windows Installer, error codes).
const (
	installerUnreadable = 1619
	installerInvalid    = 1620
	installerUsage      = 1639
)

// msiexec installs what the last line of a modelled MSI names. With /qn it prints nothing, whatever happens.
func msiexec(call Call) int {
	path := ""
	for index, argument := range call.arguments {
		if (strings.EqualFold(argument, "/i") || strings.EqualFold(argument, "/package")) && index+1 < len(call.arguments) {
			path = call.arguments[index+1]
		}
	}
	if path == "" {
		return installerUsage
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return installerUnreadable
	}
	_, line := splitLastLine(content)
	var product Self
	if json.Unmarshal(line, &product) != nil || product.Name != "aws-cli" {
		return installerInvalid
	}
	check(os.MkdirAll(filepath.Dir(awsCLI), 0o777))
	check(os.WriteFile(awsCLI, call.self.as("aws", product.Version), 0o777))
	return 0
}

// shutdown records what becomes of the machine: `power` is "off" or "restart".
func shutdown(call Call) int {
	power := ""
	switch {
	case has(call.arguments, "/a", "-a"):
	case has(call.arguments, "/r", "-r", "/g", "-g"):
		power = "restart"
	case has(call.arguments, "/s", "-s", "/p", "-p"):
		power = "off"
	default:
		say("Usage: shutdown [/i | /l | /s | /sg | /r | /g | /a | /p | /h | /e | /o] [/hybrid] [/soft] [/fw] [/f]")
		return 1
	}
	code := 0
	updateState(func(state State) {
		pending := text(state, "power")
		inProgress := pending == "off" || pending == "restart"
		switch {
		case power == "" && inProgress:
			delete(state, "power")
		case power == "":
			code = 1116
			fail("Unable to abort the system shutdown because no shutdown was in progress.(1116)")
		case inProgress:
			code = 1115
			fail("A system shutdown is in progress.(1115)")
		default:
			state["power"] = power
		}
	})
	return code
}

// dism knows the commands that clean up the component store. What it was asked is in the state's `asked`.
func dism(call Call) int {
	say("\r\nDeployment Image Servicing and Management tool\r\nVersion: 10.0.20348.681\r\n")
	known := []string{"/online", "/cleanup-image", "/startcomponentcleanup", "/resetbase", "/analyzecomponentstore",
		"/norestart", "/quiet", "/english"}
	for _, argument := range call.arguments {
		if !slices.Contains(known, strings.ToLower(argument)) {
			say("\r\nError: 87\r\n\r\nThe %s option is unknown.", strings.TrimPrefix(argument, "/"))
			return 87
		}
	}
	if !has(call.arguments, "/online") {
		say("\r\nError: 87\r\n\r\nThe command-line is missing a required servicing command.")
		return 87
	}
	asked(call)
	say("Image Version: 10.0.%s\r\n", text(readState(), "osBuild"))
	say("[==========================100.0%%==========================]\r\nThe operation completed successfully.")
	return 0
}

// ngen records in the state's `asked` which of the two, 64 or 32 bit, was asked to compile what is queued.
func ngen(call Call) int {
	say("Microsoft (R) CLR Native Image Generator - Version %s\r\nCopyright (c) Microsoft Corporation."+
		"  All rights reserved.", call.self.Version)
	if !has(call.arguments, "executeQueuedItems", "update", "eqi") {
		fail("Error: The command line is not valid.")
		return -1
	}
	asked(call)
	say("All compilation targets are up to date.")
	return 0
}

// isBefore compares versions such as 2.0.1245.
func isBefore(version, other string) bool {
	mine, theirs := strings.Split(version, "."), strings.Split(other, ".")
	for index := range min(len(mine), len(theirs)) {
		left, _ := strconv.Atoi(mine[index])
		right, _ := strconv.Atoi(theirs[index])
		if left != right {
			return left < right
		}
	}
	return len(mine) < len(theirs)
}

package main

import (
	"os"
	"os/exec"
)

// powerShell is the PowerShell that stands in for Windows' own: Wine's powershell.exe does nothing.
func powerShell(call Call) int {
	return run(func() *exec.Cmd {
		program := exec.Command(os.Getenv("PROGRAM_POWERSHELL"), call.arguments...)
		program.Stdin, program.Stdout, program.Stderr = os.Stdin, os.Stdout, os.Stderr
		return program
	})
}

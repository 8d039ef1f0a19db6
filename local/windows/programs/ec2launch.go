package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

const (
	agentDirectory = `C:\ProgramData\Amazon\EC2Launch`
	sysprepProgram = `C:\Windows\System32\Sysprep\sysprep.exe`
)

// Exit codes of `EC2Launch.exe status` (EC2 user guide, EC2Launch v2 settings).
const (
	agentRunning = 2
	agentUnknown = 5
)

// ec2launch is the agent's command line: version, status, reset, sysprep. `launch.status` of the state is the exit
// code of `status`, which --block waits for while it is 2.
func ec2launch(call Call) int {
	command := ""
	if len(call.arguments) > 0 {
		command = call.arguments[0]
	}
	blocks := has(call.arguments, "--block", "-b")
	switch command {
	case "version":
		say("%s", call.self.Version)
		return 0
	case "status":
		return agentStatus(blocks)
	case "reset":
		return inService(call, blocks, func() int {
			if text(object(readState(), "launch"), "resets") == "hangs" {
				sleepForEver()
			}
			resetAgent(has(call.arguments, "--clean", "-c"))
			return 0
		})
	case "sysprep":
		return inService(call, blocks, func() int { return agentSysprep(call) })
	}
	fail("Error: unknown command %q for \"EC2Launch\"\r\nRun 'EC2Launch --help' for usage.", command)
	return 1
}

func agentStatus(blocks bool) int {
	for {
		status := number(object(readState(), "launch"), "status", 0)
		if status != agentRunning || !blocks {
			return status
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// inService does the work as the version does: before 2.0.1521 the agent's service does it, and the command line returns
// at once without --block (EC2 user guide, EC2Launch v2 version history).
func inService(call Call, blocks bool, work func() int) int {
	const inside = "MODEL_EC2LAUNCH_SERVICE"
	if blocks || os.Getenv(inside) != "" || !isBefore(call.self.Version, "2.0.1521") {
		return work()
	}
	service := exec.Command(call.self.path, call.arguments...)
	service.Env = append(os.Environ(), inside+"=1")
	for _, stream := range []int{syscall.STD_INPUT_HANDLE, syscall.STD_OUTPUT_HANDLE, syscall.STD_ERROR_HANDLE} {
		// Otherwise whoever reads the command line's output waits for the service.
		handle, err := syscall.GetStdHandle(stream)
		if err == nil {
			syscall.SetHandleInformation(handle, syscall.HANDLE_FLAG_INHERIT, 0)
		}
	}
	check(service.Start())
	return 0
}

// remove does without os.RemoveAll, whose way of opening directories Wine lacks.
func remove(path string) {
	entries, _ := os.ReadDir(path)
	for _, entry := range entries {
		remove(filepath.Join(path, entry.Name()))
	}
	os.Remove(path)
}

// resetAgent lets the agent treat the next start as the instance's first. The results of its last run go, with clean the
// logs as well.
func resetAgent(clean bool) {
	remove(filepath.Join(agentDirectory, "state"))
	if clean {
		remove(filepath.Join(agentDirectory, "log"))
	}
	check(os.MkdirAll(filepath.Join(agentDirectory, "log"), 0o777))
	updateState(func(state State) {
		agent := object(state, "launch")
		if agent == nil {
			agent = map[string]any{}
			state["launch"] = agent
		}
		agent["status"] = agentUnknown
		agent["reset"] = true
	})
}

func agentSysprep(call Call) int {
	resetAgent(has(call.arguments, "--clean", "-c"))
	end := "/quit"
	if has(call.arguments, "--shutdown", "-s") {
		end = "/shutdown"
	}
	code := run(func() *exec.Cmd {
		program := exec.Command(sysprepProgram, "/oobe", "/generalize", end,
			`/unattend:`+agentDirectory+`\sysprep\unattend.xml`)
		program.Stdout, program.Stderr = os.Stdout, os.Stderr
		return program
	})
	if code != 0 {
		fail("Error: sysprep exited with %d", code)
		return 1
	}
	return 0
}

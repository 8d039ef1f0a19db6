package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// ctr hands everything to the real ctr but the commands that need a running container: run and tasks. Containers are in
// the state's `containers`: image and status by id.
func ctr(call Call) int {
	global, command := splitCommand(call.arguments)
	switch {
	case len(command) == 0:
	case command[0] == "run" || command[0] == "r":
		return runContainer(call, global, command[1:])
	case slices.Contains([]string{"tasks", "task", "t"}, command[0]):
		return tasks(command[1:])
	}
	return realCtr(call, call.arguments, false).code
}

// splitCommand parts ctr's own options, of which some have a value, from its command.
func splitCommand(arguments []string) (global, command []string) {
	valued := []string{"--namespace", "-n", "--address", "-a", "--timeout", "--connect-timeout"}
	for index := 0; index < len(arguments); index++ {
		if !strings.HasPrefix(arguments[index], "-") {
			return arguments[:index], arguments[index:]
		}
		if slices.Contains(valued, arguments[index]) {
			index++
		}
	}
	return arguments, nil
}

type result struct {
	code   int
	output string
}

func realCtr(call Call, arguments []string, quiet bool) result {
	var output strings.Builder
	code := run(func() *exec.Cmd {
		program := exec.Command(call.self.Real, arguments...)
		program.Stdin, program.Stderr = os.Stdin, os.Stderr
		if program.Stdout = os.Stdout; quiet {
			program.Stdout = &output
		}
		return program
	})
	return result{code, output.String()}
}

// runContainer: `run [--rm] [--detach] [--null-io] IMAGE ID [COMMAND...]`. The image must be there and unpacked.
func runContainer(call Call, global, arguments []string) int {
	detached := false
	for len(arguments) > 0 && strings.HasPrefix(arguments[0], "-") {
		detached = detached || arguments[0] == "--detach" || arguments[0] == "-d"
		arguments = arguments[1:]
	}
	if len(arguments) < 2 {
		fail("ctr: image ref and container id must be provided")
		return 1
	}
	image, id, command := arguments[0], arguments[1], arguments[2:]
	checked := realCtr(call, append(slices.Clone(global), "images", "check", "name=="+image), true)
	if checked.code != 0 {
		return checked.code
	}
	// Columns: REF TYPE DIGEST STATUS SIZE UNPACKED. The size has a space.
	row := ""
	for line := range strings.Lines(checked.output) {
		if strings.HasPrefix(line, image+" ") {
			row = strings.TrimSpace(line)
		}
	}
	if row == "" {
		fail("ctr: image %q: not found", image)
		return 1
	}
	if !strings.HasSuffix(row, "true") {
		fail("ctr: image %q is not unpacked: failed to resolve rootfs: content not found", image)
		return 1
	}
	exists := false
	updateState(func(state State) {
		containers := object(state, "containers")
		if containers == nil {
			containers = map[string]any{}
		}
		_, exists = containers[id]
		if detached && !exists {
			containers[id] = map[string]any{"image": image, "status": "RUNNING", "pid": 4096 + len(containers)}
			state["containers"] = containers
		}
	})
	if exists {
		fail("ctr: container %q: already exists", id)
		return 1
	}
	if !detached {
		return output(command)
	}
	return 0
}

// output prints what the container's command would.
func output(command []string) int {
	line := strings.ToLower(strings.Join(command, " "))
	switch {
	case strings.HasSuffix(line, "/c ver"):
		say("\r\nMicrosoft Windows [Version 10.0.%s]", text(readState(), "osBuild"))
	case strings.Contains(line, "/c echo "):
		_, words, _ := strings.Cut(strings.Join(command, " "), "/c echo ")
		say("%s", words)
	}
	return 0
}

func tasks(arguments []string) int {
	if len(arguments) == 0 {
		fail("ctr: a command of tasks must be provided")
		return 1
	}
	code := 0
	updateState(func(state State) {
		containers := object(state, "containers")
		switch command := arguments[0]; command {
		case "list", "ls":
			say("%-8s%-8s%s", "TASK", "PID", "STATUS")
			for id, each := range containers {
				container, _ := each.(map[string]any)
				say("%-8s%-8s%s", id, fmt.Sprint(container["pid"]), text(container, "status"))
			}
		case "kill", "delete", "rm", "remove", "del":
			id := arguments[len(arguments)-1]
			container := object(containers, id)
			running := text(container, "status") == "RUNNING"
			switch {
			case container == nil:
				code = 1
				fail("ctr: no running task found: task %s not found: not found", id)
			case command == "kill":
				container["status"] = "STOPPED"
			case running && !has(arguments, "--force", "-f"):
				code = 1
				fail("ctr: task must be stopped before deletion: running: failed precondition")
			default:
				delete(containers, id)
			}
		default:
			code = 1
			fail("ctr: tasks %s is not modelled", command)
		}
	})
	return code
}

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"
)

// The machine's state, shared with the PowerShell modules.
const (
	stateFile = `C:\windows-model\state.json`
	lockFile  = `C:\windows-model\state.lock`
)

// ERROR_SHARING_VIOLATION
const sharingViolation = syscall.Errno(32)

// State has the names of state.json. Numbers stay as they are written.
type State map[string]any

// Refusal lets a program fail. It applies to every command line that begins with Command, Times times or always.
type Refusal struct {
	Command  string
	Message  string
	ExitCode int
}

// updateState runs work while no other process reads or writes the state, and writes what work has changed.
func updateState(work func(State)) {
	lock := takeLock()
	defer syscall.CloseHandle(lock)
	before, err := os.ReadFile(stateFile)
	if errors.Is(err, fs.ErrNotExist) {
		before, err = []byte("{}"), nil
	}
	check(err)
	state := State{}
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(before, []byte("\xef\xbb\xbf"))))
	decoder.UseNumber()
	check(decoder.Decode(&state))
	unchanged, err := json.Marshal(state)
	check(err)
	work(state)
	after, err := json.Marshal(state)
	check(err)
	if bytes.Equal(unchanged, after) {
		return
	}
	// A process that is killed while it writes leaves the old state.
	check(os.WriteFile(stateFile+".new", after, 0o666))
	replace(stateFile+".new", stateFile)
}

// replace waits for readers: PowerShell takes no lock to read.
func replace(from, to string) {
	for {
		err := os.Rename(from, to)
		if !errors.Is(err, sharingViolation) && !errors.Is(err, fs.ErrPermission) {
			check(err)
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func readState() State {
	var read State
	updateState(func(state State) { read = state })
	return read
}

func takeLock() syscall.Handle {
	check(os.MkdirAll(`C:\windows-model`, 0o777))
	name, err := syscall.UTF16PtrFromString(lockFile)
	check(err)
	for {
		lock, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil,
			syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
		if err == nil {
			return lock
		}
		if err != sharingViolation {
			check(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// takeRefusal returns the refusal for this call, and counts it.
func takeRefusal(call Call) (found Refusal, refused bool) {
	line := strings.TrimSpace(call.name + " " + strings.Join(call.arguments, " "))
	updateState(func(state State) {
		all, _ := state["refusals"].([]any)
		for index, each := range all {
			entry, _ := each.(map[string]any)
			command := text(entry, "command")
			if command == "" || !hasPrefixFold(line, command) {
				continue
			}
			found = Refusal{Command: command, Message: text(entry, "message"), ExitCode: number(entry, "exitCode", 1)}
			refused = true
			if times := number(entry, "times", 0); times == 1 {
				state["refusals"] = append(append([]any{}, all[:index]...), all[index+1:]...)
			} else if times > 1 {
				entry["times"] = times - 1
			}
			return
		}
	})
	return found, refused
}

// asked records a command line whose effect the model does not have.
func asked(call Call) {
	updateState(func(state State) {
		all, _ := state["asked"].([]any)
		state["asked"] = append(all, strings.Join(append([]string{call.self.path}, call.arguments...), " "))
	})
}

func hasPrefixFold(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

func object(from map[string]any, name string) map[string]any {
	found, _ := from[name].(map[string]any)
	return found
}

func text(from map[string]any, name string) string {
	found, _ := from[name].(string)
	return found
}

func truth(from map[string]any, name string) bool {
	found, _ := from[name].(bool)
	return found
}

func number(from map[string]any, name string, otherwise int) int {
	if found, is := from[name].(json.Number); is {
		if whole, err := found.Int64(); err == nil {
			return int(whole)
		}
	}
	return otherwise
}

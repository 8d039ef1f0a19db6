package main

import (
	"errors"
	"os/exec"
	"syscall"
)

// internalError is how Wine refuses now and then to start a program that it starts the next time.
const internalError = syscall.Errno(1359)

// run runs a program to its end and returns its exit code.
func run(prepare func() *exec.Cmd) int {
	for attempt := 1; ; attempt++ {
		program := prepare()
		err := program.Start()
		if errors.Is(err, internalError) && attempt < 3 {
			continue
		}
		check(err)
		err = program.Wait()
		var ended *exec.ExitError
		if errors.As(err, &ended) {
			return ended.ExitCode()
		}
		check(err)
		return 0
	}
}

package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// wevtutil lists the event logs of the state and clears one.
func wevtutil(call Call) int {
	if len(call.arguments) == 0 {
		say("Windows Events Command Line Utility.")
		return 0
	}
	switch command := strings.ToLower(call.arguments[0]); {
	case command == "enum-logs" || command == "el":
		for _, name := range slices.Sorted(maps.Keys(object(readState(), "eventLogs"))) {
			say("%s", name)
		}
		return 0
	case (command == "clear-log" || command == "cl") && len(call.arguments) > 1:
		return clearLog(call.arguments[1])
	}
	fail("The command %s is not supported.", call.arguments[0])
	return 87
}

func clearLog(wanted string) int {
	found := false
	updateState(func(state State) {
		for name, log := range object(state, "eventLogs") {
			if strings.EqualFold(name, wanted) {
				found = true
				log.(map[string]any)["records"] = json.Number("0")
				delete(log.(map[string]any), "since")
			}
		}
	})
	if !found {
		fail("Failed to clear log %s. The specified channel could not be found.", wanted)
		return 15007
	}
	return 0
}

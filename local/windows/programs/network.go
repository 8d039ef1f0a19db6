package main

import (
	"encoding/json"
	"strconv"
	"strings"
)

// netsh shows and sets the dynamic ports of a protocol: `netsh interface ipv4 show dynamicport tcp`.
func netsh(call Call) int {
	words := strings.ToLower(strings.Join(call.arguments, " "))
	verb, protocol := "", ""
	for _, each := range []string{"tcp", "udp"} {
		for _, action := range []string{"show", "set"} {
			if strings.HasPrefix(words, "interface ipv4 "+action+" dynamicport "+each) {
				verb, protocol = action, each
			}
		}
	}
	switch verb {
	case "show":
		start, count := dynamicPorts(readState(), protocol)
		say("\r\nProtocol %s Dynamic Port Range\r\n---------------------------------\r\nStart Port      : %d\r\n"+
			"Number of Ports : %d\r\n", protocol, start, count)
		return 0
	case "set":
		return setDynamicPorts(call, protocol)
	}
	say("The following command was not found: %s.", strings.Join(call.arguments, " "))
	return 1
}

// The state's `tcp` and `udp`.
func dynamicPorts(state State, protocol string) (start, count int) {
	ports := object(state, protocol)
	return number(ports, "dynamicPortStart", 49152), number(ports, "dynamicPorts", 16384)
}

func setDynamicPorts(call Call, protocol string) int {
	given := map[string]int{}
	for _, argument := range call.arguments {
		name, value, _ := strings.Cut(strings.ToLower(argument), "=")
		if whole, err := strconv.Atoi(value); err == nil {
			given[name] = whole
		}
	}
	start, count := given["start"], given["num"]
	if start < 1025 || count < 255 || start+count > 65536 {
		say("The parameter is incorrect.")
		return 1
	}
	updateState(func(state State) {
		state[protocol] = map[string]any{
			"dynamicPortStart": json.Number(strconv.Itoa(start)), "dynamicPorts": json.Number(strconv.Itoa(count)),
		}
	})
	say("Ok.\r\n")
	return 0
}

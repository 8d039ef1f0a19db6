// Models of the Windows programs that the recipe's scripts run. One executable is all of them: the JSON text that is
// appended to a copy says which program the copy is, and its version.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// Call is one run of a program.
type Call struct {
	self Self
	// As Windows calls the program: the file's name in lower case, with `.exe`.
	name      string
	arguments []string
}

// A program returns its exit code.
var programs = map[string]func(Call) int{
	"aws":                       aws,
	"aws-iam-authenticator":     authenticator,
	"aws-vpc-cni-k8s-connector": connector,
	"containerd-shim-runhcs-v1": shim,
	"csi-proxy":                 csiProxy,
	"ctr":                       ctr,
	"curl":                      curl,
	"dism":                      dism,
	"ec2launch":                 ec2launch,
	"ecr-credential-provider":   credentialProvider,
	"eks-windowsservicehost":    serviceHost,
	"kube-proxy":                kubeProxy,
	"kubelet":                   kubelet,
	"msiexec":                   msiexec,
	"netsh":                     netsh,
	"ngen":                      ngen,
	"powershell":                powerShell,
	"shutdown":                  shutdown,
	"sysprep":                   sysprep,
	"tar":                       tarProgram,
	"vpc-bridge":                vpcBridge,
	"wevtutil":                  wevtutil,
}

func main() {
	self := readSelf()
	call := Call{self: self, name: self.fileName(), arguments: argumentsOf(self)}
	program, known := programs[strings.ToLower(self.Name)]
	if !known {
		fail("%s: there is no model of %q", call.name, self.Name)
		os.Exit(127)
	}
	if refusal, refused := takeRefusal(call); refused && !isPartOf(call, refusal) {
		if refusal.Message != "" {
			fail("%s", refusal.Message)
		}
		os.Exit(refusal.ExitCode)
	} else if refused {
		program(call)
		os.Exit(refusal.ExitCode)
	}
	os.Exit(program(call))
}

// argumentsOf leaves out the program's own path in front. If Wine refuses to start a program, PowerShell asks Windows
// what opens the program's file, which is the program itself, and passes the file to that.
func argumentsOf(self Self) []string {
	arguments := os.Args[1:]
	if len(arguments) > 0 && strings.EqualFold(arguments[0], self.path) {
		return arguments[1:]
	}
	return arguments
}

// An installer that wants a restart (3010) or starts one (1641) has done its work nevertheless.
func isPartOf(call Call, refusal Refusal) bool {
	return call.self.Name == "msiexec" && (refusal.ExitCode == 3010 || refusal.ExitCode == 1641)
}

// Windows' programs end their lines with CR LF.
func say(format string, values ...any) {
	fmt.Fprintf(os.Stdout, format+"\r\n", values...)
}

func fail(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\r\n", values...)
}

func has(arguments []string, wanted ...string) bool {
	for _, argument := range arguments {
		for _, each := range wanted {
			if strings.EqualFold(argument, each) {
				return true
			}
		}
	}
	return false
}

func printJSON(value any) {
	content, err := json.MarshalIndent(value, "", "    ")
	check(err)
	say("%s", content)
}

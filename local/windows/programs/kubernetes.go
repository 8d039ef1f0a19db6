package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
)

// kubelet states its version, or reads its configuration as the real one does before it starts: what it refuses ends
// it, otherwise it runs until it is ended.
func kubelet(call Call) int {
	return kubernetesProgram(call, "kubelet", "kubelet.config.k8s.io/v1beta1", "KubeletConfiguration")
}

func kubeProxy(call Call) int {
	return kubernetesProgram(call, "kube-proxy", "kubeproxy.config.k8s.io/v1alpha1", "KubeProxyConfiguration")
}

func kubernetesProgram(call Call, name, apiVersion, kind string) int {
	if has(call.arguments, "--version", "--version=true") {
		say("Kubernetes v%s", call.self.Version)
		return 0
	}
	path, kubeconfig := valueOf(call.arguments, "--config"), valueOf(call.arguments, "--kubeconfig")
	for _, argument := range call.arguments {
		flag, _, _ := strings.Cut(argument, "=")
		// Flags that Kubernetes has removed end a node that still passes them.
		if slices.Contains([]string{"--container-runtime", "--network-plugin", "--cni-bin-dir", "--cni-conf-dir"}, flag) {
			fail("E0101 00:00:00.000000       1 run.go:72] \"command failed\" err=\"failed to parse %s flag: unknown flag: %s\"",
				name, flag)
			return 1
		}
	}
	if complaint := complaintOf(path, apiVersion, kind); complaint != "" {
		fail("E0101 00:00:00.000000       1 run.go:72] \"command failed\" err=\"failed to load %s config file, path: %s, error: %s\"",
			name, path, complaint)
		return 1
	}
	if _, err := os.Stat(kubeconfig); kubeconfig != "" && err != nil {
		fail("E0101 00:00:00.000000       1 run.go:72] \"command failed\" err=\"failed to run Kubelet: invalid kubeconfig: "+
			"stat %s: The system cannot find the file specified.\"", kubeconfig)
		return 1
	}
	fail("I0101 00:00:00.000000       1 server.go:526] \"%s version\" kubeletVersion=\"v%s\"", name, call.self.Version)
	sleepForEver()
	return 0
}

// valueOf is the value of an option in either form, `--option value` or `--option=value`.
func valueOf(arguments []string, option string) string {
	found := ""
	for index, argument := range arguments {
		flag, value, joined := strings.Cut(argument, "=")
		switch {
		case flag == option && joined:
			found = value
		case flag == option && index+1 < len(arguments):
			found = arguments[index+1]
		}
	}
	return found
}

var field = regexp.MustCompile(`(?m)^\s*"?(apiVersion|kind)"?\s*:\s*"?([^",\s]+)"?,?\s*$`)

// complaintOf checks what tells a configuration from any other file, in YAML or JSON.
func complaintOf(path, apiVersion, kind string) string {
	if path == "" {
		return ""
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "failed to read config file \\\"" + path + "\\\": open " + path + ": The system cannot find the file specified."
	}
	found := map[string]string{}
	for _, match := range field.FindAllStringSubmatch(string(content), -1) {
		if found[match[1]] == "" {
			found[match[1]] = match[2]
		}
	}
	if found["kind"] == "" {
		return "failed to decode: Object 'Kind' is missing in '" + strings.TrimSpace(string(content)) + "'"
	}
	if found["kind"] != kind || found["apiVersion"] != apiVersion {
		return "failed to decode: no kind \\\"" + found["kind"] + "\\\" is registered for version \\\"" + found["apiVersion"] + "\\\""
	}
	return ""
}

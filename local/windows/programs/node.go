package main

import (
	"encoding/json"
	"io"
	"os"
	"regexp"
	"strings"
)

// authenticator answers `version` and `token`.
func authenticator(call Call) int {
	switch {
	case has(call.arguments, "version", "--version"):
		say(`{"Version":"v%s","Commit":"0000000000000000000000000000000000000000"}`, call.self.Version)
		return 0
	case has(call.arguments, "token"):
		printJSON(map[string]any{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1beta1",
			"spec": map[string]any{}, "status": map[string]any{"token": "k8s-aws-v1.model"}})
		return 0
	}
	say("A tool to authenticate to Kubernetes using AWS IAM credentials")
	return 0
}

var ecrImage = regexp.MustCompile(`^(\d{12}\.dkr\.ecr(-fips)?\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?)/`)

// credentialProvider answers kubelet's question for the login to a registry of ECR: a CredentialProviderRequest on
// standard input.
func credentialProvider(call Call) int {
	if has(call.arguments, "--version", "version") {
		say("v%s", call.self.Version)
		return 0
	}
	content, err := io.ReadAll(os.Stdin)
	check(err)
	var request struct{ APIVersion, Kind, Image string }
	if json.Unmarshal(content, &request) != nil || request.Kind != "CredentialProviderRequest" {
		fail(`E0101 00:00:00.000000       1 main.go:273] Error running credential provider plugin: ` +
			`failed to decode CredentialProviderRequest`)
		return 1
	}
	if request.Image == "" {
		fail("E0101 00:00:00.000000       1 main.go:273] Error running credential provider plugin: " +
			"image in plugin request was empty")
		return 1
	}
	match := ecrImage.FindStringSubmatch(request.Image)
	if match == nil {
		fail("E0101 00:00:00.000000       1 main.go:273] Error running credential provider plugin: "+
			"parsing image URL %s: invalid ECR image", request.Image)
		return 1
	}
	password, trouble := loginPassword(match[3])
	if trouble != nil {
		fail("E0101 00:00:00.000000       1 main.go:273] Error running credential provider plugin: %s", trouble.message)
		return 1
	}
	printJSON(map[string]any{
		"kind": "CredentialProviderResponse", "apiVersion": request.APIVersion, "cacheKeyType": "Registry",
		"cacheDuration": "6h0m0s",
		"auth":          map[string]any{match[1]: map[string]string{"username": "AWS", "password": password}},
	})
	return 0
}

// vpcBridge is a CNI plugin: it takes its command from the environment.
func vpcBridge(call Call) int {
	if has(call.arguments, "--version", "-version", "-v") {
		say(`{"version":"%s"}`, call.self.Version)
		return 0
	}
	switch command := os.Getenv("CNI_COMMAND"); command {
	case "VERSION":
		say(`{"cniVersion":"0.4.0","supportedVersions":["0.3.0","0.3.1","0.4.0"]}`)
		return 0
	case "":
		say(`{"code":4,"msg":"required env variables [CNI_COMMAND] missing"}`)
		return 1
	default:
		say(`{"code":4,"msg":"unknown CNI_COMMAND: %s"}`, command)
		return 1
	}
}

func csiProxy(call Call) int { return stateVersion(call, "csi-proxy.exe") }

func serviceHost(call Call) int { return stateVersion(call, "EKS-WindowsServiceHost.exe") }

func connector(call Call) int { return stateVersion(call, "aws-vpc-cni-k8s-connector") }

func shim(call Call) int { return stateVersion(call, "containerd-shim-runhcs-v1.exe") }

// stateVersion is all that the model knows of programs that only a running node uses.
func stateVersion(call Call, title string) int {
	for _, argument := range call.arguments {
		if strings.EqualFold(strings.TrimLeft(argument, "-/"), "version") || argument == "-v" {
			say("%s v%s", title, call.self.Version)
			return 0
		}
	}
	fail("%s is modelled as far as --version", title)
	return 1
}

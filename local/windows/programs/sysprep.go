package main

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	sysprepLog   = `C:\Windows\System32\Sysprep\Panther\setuperr.log`
	sealed       = "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE"
	undeployable = "IMAGE_STATE_UNDEPLOYABLE"
)

// sysprep generalizes Windows. An app that is installed for a user and not, in this version, provisioned for all stops it
// before it changes anything. `launch.sysprep` of the state replaces success: `nothing` changes nothing and ends with
// `launch.exitCode`, `undeployable` fails in the middle, `hangs` never ends; `launch.errors` are then what it logs.
func sysprep(call Call) int {
	state := readState()
	fault := object(state, "launch")
	if app := appInTheWay(state); app != "" {
		logSysprep(appRefusal(app))
		return 1
	}
	answers, err := answersOf(call.arguments)
	if err != nil {
		logSysprep([]string{"[0x0f0082] SYSPRP WinMain:The answer file cannot be read: " + err.Error() + "; hr = 0x80070002"})
		return 1
	}
	outcome := text(fault, "sysprep")
	if outcome == "nothing" {
		logSysprep(errorsOf(fault))
		return number(fault, "exitCode", 0)
	}
	// Also the state of a sysprep that runs well, until it ends.
	setImageState(undeployable)
	switch outcome {
	case "hangs":
		sleepForEver()
	case "undeployable":
		logSysprep(errorsOf(fault))
		return 1
	}
	setImageState(sealed)
	updateState(func(state State) {
		state["generalized"] = true
		state["answers"] = answers
		state["password"] = ""
		switch {
		case has(call.arguments, "/shutdown"):
			state["power"] = "off"
		case has(call.arguments, "/reboot"):
			state["power"] = "restart"
		}
	})
	return 0
}

// answersOf returns what the file of /unattend: sets, each as `pass/component/setting`. One that holds settings is told by
// its own name only.
func answersOf(arguments []string) (found []string, err error) {
	const option = "/unattend:"
	for _, argument := range arguments {
		if !strings.HasPrefix(strings.ToLower(argument), option) {
			continue
		}
		content, err := os.ReadFile(argument[len(option):])
		if err != nil {
			return nil, err
		}
		var file struct {
			Settings []struct {
				Pass       string `xml:"pass,attr"`
				Components []struct {
					Name     string                       `xml:"name,attr"`
					Settings []struct{ XMLName xml.Name } `xml:",any"`
				} `xml:"component"`
			} `xml:"settings"`
		}
		if err := xml.Unmarshal(content, &file); err != nil {
			return nil, err
		}
		for _, pass := range file.Settings {
			for _, component := range pass.Components {
				for _, setting := range component.Settings {
					found = append(found, pass.Pass+"/"+component.Name+"/"+setting.XMLName.Local)
				}
			}
		}
	}
	return found, nil
}

func sleepForEver() {
	for {
		time.Sleep(time.Hour)
	}
}

// appInTheWay returns the full name of the first app that prevents generalizing.
func appInTheWay(state State) string {
	apps, _ := state["apps"].([]any)
	for _, each := range apps {
		app, _ := each.(map[string]any)
		if !truth(app, "framework") && (!truth(app, "provisioned") || truth(app, "updatedForUser")) {
			return text(app, "packageFullName")
		}
	}
	return ""
}

// As Windows logs it (Microsoft KB2769827).
func appRefusal(app string) []string {
	return []string{
		"Package " + app + " was installed for a user, but not provisioned for all users." +
			" This package will not function properly in the sysprep image.",
		"Failed to remove apps for the current user: 0x80073cf2.",
		"Exit code of RemoveAllApps thread was 0x3cf2.",
		`[0x0f0082] SYSPRP ActionPlatform::LaunchModule: Failure occurred while executing` +
			` 'SysprepGeneralizeValidate' from C:\Windows\System32\AppxSysprep.dll; dwRet = 0x3cf2`,
		"SysprepSession::Validate: Error in validating actions from" +
			` C:\Windows\System32\Sysprep\ActionFiles\Generalize.xml; dwRet = 0x3cf2`,
		"RunPlatformActions:Failed while validating Sysprep session actions; dwRet = 0x3cf2",
		"[0x0f0070] SYSPRP RunDlls:An error occurred while running registry sysprep DLLs, halting sysprep" +
			" execution. dwRet = 0x3cf2",
		"[0x0f00d8] SYSPRP WinMain:Hit failure while pre-validate sysprep generalize internal providers;" +
			" hr = 0x80073cf2",
	}
}

func errorsOf(fault map[string]any) (found []string) {
	all, _ := fault["errors"].([]any)
	for _, each := range all {
		line, _ := each.(string)
		found = append(found, line)
	}
	return found
}

func logSysprep(errors []string) {
	check(os.MkdirAll(filepath.Dir(sysprepLog), 0o777))
	file, err := os.OpenFile(sysprepLog, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	check(err)
	defer file.Close()
	now := time.Now().Format("2006-01-02 15:04:05")
	for _, line := range errors {
		_, err := file.WriteString(now + ", Error" + inColumn(line) + "\r\n")
		check(err)
	}
}

// inColumn puts what is logged into its column: it may begin with a code, such as `[0x0f0082] SYSPRP …`.
func inColumn(line string) string {
	if strings.HasPrefix(line, "[") {
		return "      " + line
	}
	return "                 SYSPRP " + line
}

import { expect, test } from "vitest";
import { parseCommand } from "../../../local/winrm/commands.ts";

/** Encodes a script as masterzen/winrm does. */
function encoded(script: string): string {
  const whole = `$ProgressPreference = 'SilentlyContinue';${script}`;
  return `powershell.exe -EncodedCommand ${Buffer.from(whole, "utf16le").toString("base64")}`;
}

const temporary = String.raw`$env:TEMP\winrmcp-1.tmp`;

test.each([
  [
    "a piece of a file",
    String.raw`echo aGVsbG8= >> "%TEMP%\winrmcp-1.tmp"`,
    { kind: "append", path: String.raw`%TEMP%\winrmcp-1.tmp`, base64: "aGVsbG8=" },
  ],
  [
    "the assembly of the pieces",
    encoded(`
		$tmp_file_path = [System.IO.Path]::GetFullPath("${temporary}")
		$dest_file_path = [System.IO.Path]::GetFullPath("'C:\\Program Files\\a.txt'".Trim("'"))`),
    { kind: "assemble", from: temporary, to: String.raw`'C:\Program Files\a.txt'` },
  ],
  [
    "the removal of the pieces",
    encoded(`
		$tmp_file_path = [System.IO.Path]::GetFullPath("${temporary}")
		if (Test-Path $tmp_file_path) {`),
    { kind: "remove", path: temporary },
  ],
  [
    "a download",
    encoded(
      '$file=[System.IO.File]::ReadAllBytes("C:/a/report.json"); Write-Output $([System.Convert]::ToBase64String($file))',
    ),
    { kind: "download", path: "C:/a/report.json" },
  ],
  [
    "the check whether WinRM answers",
    encoded(
      `if (Test-Path variable:global:ProgressPreference){$ProgressPreference='SilentlyContinue'}; echo "WinRM connected."`,
    ),
    { kind: "echo", text: "WinRM connected." },
  ],
  [
    "the check whether the machine has restarted",
    encoded('echo ("{0} restarted." -f [System.Net.Dns]::GetHostName())'),
    { kind: "echo", text: "{0} restarted." },
  ],
  [
    "the check for a pending restart",
    encoded(String.raw`Test-Path "HKLM:SOFTWARE\Microsoft\RebootPending"`),
    { kind: "registry", key: String.raw`HKLM:SOFTWARE\Microsoft\RebootPending` },
  ],
  [
    "a script file",
    `powershell -executionpolicy bypass "& { if (Test-Path variable:global:ProgressPreference){set-variable -name variable:global:ProgressPreference -value 'SilentlyContinue'};. c:/Windows/Temp/packer-ps-env-vars-1.ps1; &'c:/Windows/Temp/script-1.ps1'; exit $LastExitCode }"`,
    { kind: "script", path: "c:/Windows/Temp/script-1.ps1", environment: "c:/Windows/Temp/packer-ps-env-vars-1.ps1" },
  ],
  [
    "an inline script",
    "powershell -executionpolicy bypass -file c:/Windows/Temp/script-2.ps1",
    { kind: "script", path: "c:/Windows/Temp/script-2.ps1", environment: undefined },
  ],
  [
    "an elevated wrapper",
    'powershell -executionpolicy bypass -file "C:/Windows/Temp/packer-elevated-shell-3.ps1"',
    { kind: "script", path: "C:/Windows/Temp/packer-elevated-shell-3.ps1", environment: undefined },
  ],
  ["a restart", 'shutdown /r /f /t 0 /c "packer restart"', { kind: "restart" }],
  ["the probe of a restart", 'shutdown /r /f /t 60 /c "packer restart test"', { kind: "restart probe" }],
  ["the cancellation of the probe", "shutdown /a", { kind: "abort restart" }],
  ["any other command", "ipconfig /all", { kind: "unknown", commandLine: "ipconfig /all" }],
])("%s is recognized", (_what, commandLine, command) => {
  expect(parseCommand(commandLine)).toEqual(command);
});

import { expect, test } from "vitest";
import { fullPath } from "../../../local/model/files.ts";
import { parseCommand } from "../../../local/winrm/commands.ts";

/** As masterzen/winrm encodes it. */
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
    "putting the pieces together",
    encoded(`
		$tmp_file_path = [System.IO.Path]::GetFullPath("${temporary}")
		$dest_file_path = [System.IO.Path]::GetFullPath("'C:\\Program Files\\a.txt'".Trim("'"))`),
    { kind: "assemble", from: temporary, to: String.raw`'C:\Program Files\a.txt'` },
  ],
  [
    "taking the pieces away",
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
    "the look whether WinRM answers",
    encoded(
      `if (Test-Path variable:global:ProgressPreference){$ProgressPreference='SilentlyContinue'}; echo "WinRM connected."`,
    ),
    { kind: "echo", text: "WinRM connected." },
  ],
  [
    "the look whether the machine is back",
    encoded('echo ("{0} restarted." -f [System.Net.Dns]::GetHostName())'),
    { kind: "echo", text: "{0} restarted." },
  ],
  [
    "the look for a pending restart",
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
  ["taking the probe back", "shutdown /a", { kind: "abort restart" }],
  ["something else", "ipconfig /all", { kind: "unknown", commandLine: "ipconfig /all" }],
])("%s is recognised", (_what, commandLine, command) => {
  expect(parseCommand(commandLine)).toEqual(command);
});

test.each([
  ["c:/Windows/Temp/a.ps1", String.raw`C:\Windows\Temp\a.ps1`],
  ["%SYSTEMROOT%/Temp/a.out", String.raw`C:\Windows\Temp\a.out`],
  [String.raw`$env:ProgramData\a.json`, String.raw`C:\ProgramData\a.json`],
  [String.raw`'C:\Program Files\a.txt'`, String.raw`C:\Program Files\a.txt`],
  [String.raw`$env:UNHEARDOF\a`, String.raw`$env:UNHEARDOF\a`],
])("the path %s is %s", (path, full) => {
  expect(fullPath(path)).toBe(full);
});

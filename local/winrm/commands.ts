/**
 * A command line that Packer sends over WinRM, parsed. Packer sends these kinds only; any other command line is
 * `unknown`.
 */
export type Command =
  | { kind: "append"; path: string; base64: string }
  | { kind: "assemble"; from: string; to: string }
  | { kind: "remove"; path: string }
  | { kind: "download"; path: string }
  | { kind: "echo"; text: string }
  | { kind: "registry"; key: string }
  | { kind: "script"; path: string; environment: string | undefined }
  | { kind: "restart" }
  | { kind: "restart probe" }
  | { kind: "abort restart" }
  | { kind: "unknown"; commandLine: string };

export function parseCommand(commandLine: string): Command {
  const encoded = /^powershell(?:\.exe)? -EncodedCommand (\S+)$/i.exec(commandLine)?.[1];
  if (encoded)
    return parsePowershell(Buffer.from(encoded, "base64").toString("utf16le")) ?? { kind: "unknown", commandLine };
  return (
    parseUpload(commandLine) ??
    parseShutdown(commandLine) ??
    parseScript(commandLine) ?? { kind: "unknown", commandLine }
  );
}

/**
 * winrmcp uploads a file in pieces: each command appends one line of base64 (at most 8,000 characters a command) to a
 * temporary file.
 */
function parseUpload(commandLine: string): Command | undefined {
  const [, base64, path] = /^echo (\S*) >> "([^"]+)"$/.exec(commandLine) ?? [];
  return base64 !== undefined && path ? { kind: "append", path, base64 } : undefined;
}

function parseShutdown(commandLine: string): Command | undefined {
  if (/^shutdown \/a\b/i.test(commandLine)) return { kind: "abort restart" };
  if (!/^shutdown \/r\b/i.test(commandLine)) return undefined;
  return { kind: /\/t 0\b/i.test(commandLine) ? "restart" : "restart probe" };
}

/**
 * Packer runs `scripts` as `powershell -executionpolicy bypass "& { …; . VARIABLES; &'SCRIPT'; exit $LastExitCode }"`,
 * and `inline` scripts and elevated wrappers as `powershell -executionpolicy bypass -file SCRIPT`.
 */
function parseScript(commandLine: string): Command | undefined {
  if (!/^powershell(?:\.exe)? /i.test(commandLine)) return undefined;
  const [, environment, called] = /\. (\S+); *& *'([^']+)'; *exit \$LastExitCode/i.exec(commandLine) ?? [];
  if (called) return { kind: "script", path: called, environment };
  const file = /-file +("[^"]+"|\S+)/i.exec(commandLine)?.[1];
  return file ? { kind: "script", path: file.replaceAll('"', ""), environment: undefined } : undefined;
}

function parsePowershell(script: string): Command | undefined {
  const from = /\$tmp_file_path = \[System\.IO\.Path\]::GetFullPath\("([^"]+)"\)/.exec(script)?.[1];
  const to = /\$dest_file_path = \[System\.IO\.Path\]::GetFullPath\("([^"]+)"/.exec(script)?.[1];
  if (from) return to ? { kind: "assemble", from, to } : { kind: "remove", path: from };
  const download = /\[System\.IO\.File\]::ReadAllBytes\("([^"]+)"\)/.exec(script)?.[1];
  if (download) return { kind: "download", path: download };
  const key = /Test-Path "(HK[^"]+)"/.exec(script)?.[1];
  if (key) return { kind: "registry", key };
  const text = /echo \(?"([^"]+)"/.exec(script)?.[1];
  return text ? { kind: "echo", text } : undefined;
}

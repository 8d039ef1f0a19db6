import { expect, test } from "vitest";
import { fullPath } from "../../../local/winrm/files.ts";

test.each([
  ["c:/Windows/Temp/a.ps1", String.raw`C:\Windows\Temp\a.ps1`],
  ["%SYSTEMROOT%/Temp/a.out", String.raw`C:\Windows\Temp\a.out`],
  [String.raw`$env:ProgramData\a.json`, String.raw`C:\ProgramData\a.json`],
  [String.raw`'C:\Program Files\a.txt'`, String.raw`C:\Program Files\a.txt`],
  [String.raw`$env:UNKNOWN\a`, String.raw`$env:UNKNOWN\a`],
])("the full path of %s is %s", (path, full) => {
  expect(fullPath(path)).toBe(full);
});

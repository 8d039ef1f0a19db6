import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createBase } from "../../local/windows/bases.ts";
import type { Machine } from "../../local/windows/machine.ts";
import { hostPath } from "../../local/windows/paths.ts";
import { parseCommand } from "../../local/winrm/commands.ts";
import { openWorkshop } from "../local/winrm/packer-builds.ts";
import { describeWithPowerShell } from "./runs.ts";

const folder = "C:\\ProgramData\\fixture";
const files = ["notes.txt", "two words.txt", "bytes.bin"];
const report = `${folder}\\report.json`;

describeWithPowerShell("the commands by which Packer moves files", (bench) => {
  test("do in PowerShell what the stand-in for WinRM does of itself", async () => {
    const workshop = await openWorkshop();
    const base = { kind: "Base", windows: "2022", edition: "Core" } as const;
    const machine = await createBase(base, bench().newPath("files"), bench());
    try {
      workshop.machines.behave({ step: "10-plain", files: { [report]: '{"größe":1}' } });
      const { transcript, read, exitCode, output } = await workshop.build({ purpose: "moves" });
      expect(exitCode, output).toBe(0);
      machine.write(report, '{"größe":1}');

      const moves = transcript.commandLines.map((line) => ({ line, command: parseCommand(line) }));
      const uploaded = moves.findIndex(({ command }) => command.kind === "script");
      let pieces: string[] = [];
      for (const { line, command } of moves.slice(0, uploaded)) {
        if (command.kind === "append") pieces.push(line);
        if (command.kind !== "assemble" && command.kind !== "remove") continue;
        // One shell takes all pieces of a file: each shell takes a second.
        if (pieces.length > 0) await send(machine, pieces.join("\r\n@"));
        pieces = [];
        await send(machine, line);
      }
      const downloads = moves.filter(({ command }) => command.kind === "download");

      const written = (name: string) => readFileSync(hostPath(machine.prefix, `${folder}\\${name}`));
      const original = (name: string) => readFileSync(new URL(`../local/winrm/fixture/files/${name}`, import.meta.url));
      for (const name of files) expect(written(name), name).toEqual(original(name));
      expect(moves.filter(({ command }) => command.kind === "append").length).toBeGreaterThan(files.length);
      expect(await machine.administer("Get-ChildItem -Path $env:TEMP -Filter winrmcp-* -Name")).toBe("");
      expect(downloads).toHaveLength(1);
      const sent = await send(machine, downloads[0]?.line ?? "");
      expect(Buffer.from(sent, "base64").toString()).toBe(read("report.json"));
    } finally {
      await workshop.stop();
      await machine.remove();
    }
  });
});

/** Runs command lines in the shell that WinRM gives to its clients, which is cmd.exe, and returns their output. */
async function send(machine: Machine, commandLine: string): Promise<string> {
  const [, encoded] = /^powershell\.exe -EncodedCommand (\S+)$/i.exec(commandLine) ?? [];
  machine.write("C:\\sent.cmd", `@${commandLine}\r\n`);
  const parameters = encoded ? ["-EncodedCommand", encoded] : ["-Command", "cmd.exe /c C:\\sent.cmd"];
  const { exitCode, stdout, stderr } = await machine.powershell({ parameters });
  expect(exitCode, commandLine + stderr).toBe(0);
  return stdout.trim();
}

import { describe, expect, test } from "vitest";
import { callsIn, script } from "./powershell.ts";

const containerd = script("modules/EksWindowsImages/Containerd.ps1");

describe("the output of a program", () => {
  const commands = script("modules/EksWindowsImages/Commands.ps1").text;

  test("includes standard error in the cause of a failure, but not in parsed output", () => {
    expect(commands).toMatch(
      /\$last\.Enqueue\(\$line\)[\s\S]+if \(-not \(\$OutputOnly -and \$_ -is \[.+ErrorRecord\]\)\)/,
    );
  });

  test("is read from containerd and ctr without warnings", () => {
    const reading = ["Containerd", "ContainerImages"].flatMap((part) =>
      callsIn(script(`modules/EksWindowsImages/${part}.ps1`).root).filter(({ name }) => name === "Invoke-Native"),
    );

    expect(reading.map(({ node }) => node.text.endsWith(" -OutputOnly"))).toEqual([true, true]);
    expect(script("modules/EksWindowsImages/ContainerImages.ps1").text).toContain(
      "$env:CONTAINERD_SUPPRESS_DEPRECATION_WARNINGS = 'true'",
    );
  });
});

describe("containerd's configuration", () => {
  test("is read as the service understands it, because 2.x dumps defaults for a file of version 2", () => {
    const tables = [...containerd.text.matchAll(/Version += (\d)\s+Show += '(\w+)'/g)].map(([, version, show]) => [
      version,
      show,
    ]);

    expect(tables).toEqual([
      ["3", "migrate"],
      ["2", "dump"],
    ]);
  });

  test("is not AWS's if it names containerd's default pause image", () => {
    const refused = /SandboxImage -match '([^']+)'/.exec(script("scripts/40-containerd.ps1").text)?.[1] ?? "";

    expect("registry.k8s.io/pause:3.10").toMatch(new RegExp(refused));
    expect("602401143452.dkr.ecr.us-east-1.amazonaws.com/eks/pause:3.5").not.toMatch(new RegExp(refused));
    expect("amazonaws.com/eks/pause-windows:latest").not.toMatch(new RegExp(refused));
  });
});

import { describe, expect, test } from "vitest";
import type { Node } from "web-tree-sitter";
import { callsIn, catchOf, isInside, nodesOf, script, topLevel } from "./powershell.ts";

const generalize = script("sysprep/generalize.ps1");

describe("generalizing", () => {
  test("reports every failure on the serial console, including a module that cannot be loaded", () => {
    const [, , ...statements] = topLevel(generalize);

    expect(statements.map(({ type }) => type)).toEqual(["pipeline", "function_statement", "try_statement"]);
    expect(statements[0]?.text).toMatch(/^\$deadline = /);
    expect(callsIn(statements[1] as Node).map(({ name }) => name)).toEqual(["New-Object", "Start-Sleep"]);
    expect(catchOf(statements[2] as Node)).toContain("Write-Failure");
  });

  test("gives up in time to report it before the task's limit", () => {
    const minutes = Number(/\$deadline = \(Get-Date\)\.AddMinutes\((\d+)\)/.exec(generalize.text)?.[1]);
    const [, attempts, pause] = /\$attempt -le (\d+);[\s\S]+?Start-Sleep -Seconds (\d+)/.exec(generalize.text) ?? [];
    const writing = Number(/WriteTimeout = (\d+)/.exec(generalize.text)?.[1]) / 1000;
    const limit = Number(
      /ExecutionTimeLimit \(New-TimeSpan -Hours (\d+)\)/.exec(script("scripts/90-sysprep.ps1").text)?.[1],
    );

    expect(minutes + (Number(attempts) * (Number(pause) + writing)) / 60).toBeLessThan(limit * 60);
  });

  test("does not block on a launch agent, and stops the machine last", () => {
    const programs = callsIn(generalize.root).filter(({ name }) => /^(Invoke|Start)-Native$/.test(name));

    expect(
      programs.map(({ name, node }) => `${name} ${/reset|\$program|\w+Instance|shutdown/.exec(node.text)?.[0]}`),
    ).toEqual([
      "Start-Native reset",
      "Invoke-Native InitializeInstance",
      "Start-Native $program",
      "Start-Native $program",
      "Invoke-Native shutdown",
    ]);
  });

  test("first resets an EC2Launch v2 older than 2.0.1521, whose commands need --block to wait", () => {
    const older = nodesOf(generalize.root, "if_statement").findLast(({ text }) => text.includes("'reset'"))?.text ?? "";

    expect(older).toMatch(/^if \(\[version\]\$installed\.version -lt \[version\]'2\.0\.1521'\)/);
    expect(older).toMatch(/\$wait = @\('--block'\)\s+\$reset = Start-Native .+ \(@\('reset', '--clean'\) \+ \$wait\)/);
    expect(older).toMatch(/while \(-not \$reset\.HasExited\)[\s\S]+-gt \$deadline[\s\S]+ExitCode -ne 0\) \{\s+throw/);
    expect(generalize.text).toMatch(/\$wait = @\(\)\s+if [\s\S]+\$arguments = @\('sysprep', '--clean'\) \+ \$wait$/m);
  });

  test("reads the launch agent's version before it removes what the build left", () => {
    const { text } = generalize;

    expect(text.indexOf("output\\launch-agent.json")).toBeGreaterThan(0);
    expect(text.indexOf("output\\launch-agent.json")).toBeLessThan(text.indexOf("$leftovers"));
  });

  test("retries to remove what the build left, and removes the private key with the certificate", () => {
    const removing = callsIn(generalize.root).filter(({ name }) => name === "Remove-Item");
    const [listener, certificate, leftover] = removing.map(({ node }) => node);

    expect(listener?.text).toBe("Remove-Item -Recurse");
    expect(certificate?.text).toMatch(/^Remove-Item -Path "Cert:.+" -DeleteKey$/);
    expect(isInside(leftover as Node, ({ text }) => text.startsWith("Invoke-WithRetry -Activity"))).toBe(true);
    expect(generalize.text).toMatch(/Invoke-WithRetry .+ -MaximumAttempts 5 -DelaySeconds 2 -Script/);
  });

  test("removes the apps that sysprep names and restarts the agent exactly once", () => {
    const again = nodesOf(generalize.root, "if_statement").find(({ text }) =>
      text.startsWith("if ($refusal -and -not $running)"),
    )?.text;

    expect(again).toMatch(
      /\$apps = @\(Get-AppInTheWay\)\s+if \(\$hasStartedAgain -or \$apps\.Count -eq 0\) \{\s+throw/,
    );
    expect(again).toMatch(
      /Remove-AppxPackage -AllUsers[\s\S]+Start-Native -FilePath \$program -ArgumentList \$arguments\s+\$hasStartedAgain = \$true/,
    );
  });

  test("ends only after sysprep, whether it succeeds or fails", () => {
    const states = nodesOf(generalize.root, "if_statement").filter(({ text }) => text.startsWith("if ($state -eq"));

    expect(
      states.map(({ text }) => /'IMAGE_STATE_(\w+)' -and -not \$running\) \{\s+(break|throw)/.exec(text)?.slice(1)),
    ).toEqual([
      ["GENERALIZE_RESEAL_TO_OOBE", "break"],
      ["UNDEPLOYABLE", "throw"],
    ]);
  });
});

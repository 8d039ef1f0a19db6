import { describe, expect, test } from "vitest";
import type { Node } from "web-tree-sitter";
import { callsIn, catchOf, isInside, nodesOf, script, topLevel } from "./powershell.ts";

const inventory = script("proof/scripts/00-inventory.ps1");
const checks = script("proof/scripts/10-checks.ps1");
const updates = script("modules/EksWindowsImages/Updates.ps1");

describe("the proof's user data", () => {
  test("opens WinRM even if taking the inventory fails", () => {
    const [, , ...statements] = topLevel(inventory);

    expect(statements.map(({ type }) => type)).toEqual(["try_statement", "try_statement"]);
    for (const statement of statements) expect(catchOf(statement)).not.toMatch(/\b(throw|exit)\b/);
  });

  test("records a failed inventory, which then fails the check of the leftovers", () => {
    const [, , taking] = topLevel(inventory);

    expect(catchOf(taking as Node)).toMatch(/\$inventory = \[ordered\]@\{ error = /);
    expect(checkOf("nothing-left-over")).toMatch(/-eq 'error'[\s\S]+throw "\$trouble"/);
  });
});

describe("the checks of the proof", () => {
  test("cover these points", () => {
    const names = callsIn(checks.root)
      .filter(({ name }) => name === "Invoke-Check")
      .map(({ node }) => /-Name (\S+|"[^"]+") -Script/.exec(node.text)?.[1]?.replace(/['"]/g, ""));

    expect(names).toEqual([
      "windows-set-up",
      "launch-agent-finished",
      "os-build",
      "$tool",
      "files-as-reported",
      "eks-as-in-base",
      "containerd-runs",
      "cri-loaded",
      "sandbox-image",
      "container-image $reference",
      "container-starts",
      "disk",
      "nothing-left-over",
    ]);
  });

  test("fail if the image lacks something, instead of leaving it unproved", () => {
    const readOutside = callsIn(checks.root)
      .filter(({ name }) => /^(Read-Json|Get-ContainerdSetting|Get-ContainerImage|Find-RunnableImage)$/.test(name))
      .filter(({ node }) => !isInside(node, (parent) => parent.text.startsWith("Invoke-Check")));

    expect(readOutside.map(({ node }) => node.text)).toEqual([]);
  });

  test("start containerd, because on a node AWS's bootstrap may start it", () => {
    expect(checkOf("containerd-runs")).toMatch(/Start-Service -Name containerd[\s\S]+Get-Service -Name containerd/);
  });

  test("start a container even if the variant names no container image", () => {
    const ifs = nodesOf(checks.root, "if_statement").filter(({ text }) => text.includes("Invoke-Check"));

    expect(ifs).toEqual([]);
    expect(checkOf("container-starts")).toContain("Find-RunnableImage -Wanted $images");
  });
});

describe("a download", () => {
  test("is moved into place last, after its checksum or its signature is verified", () => {
    const downloads = script("modules/EksWindowsImages/Downloads.ps1");
    const verified = nodesOf(downloads.root, "function_statement").find(({ text }) =>
      /^function Get-VerifiedFile/.test(text),
    );
    const calls = callsIn(verified as Node).map(({ name }) => name);

    expect(calls.filter((name) => /^(Save-Url|Get-FileHash|Get-SignatureComplaint|Move-Item)$/.test(name))).toEqual([
      "Save-Url",
      "Save-Url",
      "Get-SignatureComplaint",
      "Get-FileHash",
      "Move-Item",
    ]);
    expect(calls.at(-1)).toBe("Move-Item");
    expect(verified?.text).toMatch(/if \(\$complaint\) \{[\s\S]+throw[\s\S]+\}\s+Move-Item /);
  });
});

describe("Windows updates", () => {
  test("go on to the next round when the Update Agent throws", () => {
    const calls = nodesOf(updates.root, "invokation_expression").filter(({ text }) =>
      /\.(Download|Install)\(\)$/.test(text),
    );

    expect(calls.map(({ text }) => text)).toEqual(["$downloader.Download()", "$installer.Install()"]);
    for (const call of calls) expect(isInside(call, ({ type }) => type === "try_statement")).toBe(true);
  });

  test("that never install unattended are skipped by default", () => {
    expect(script("modules/EksWindowsImages/UpdateOffers.ps1").text).toMatch(/^\$neverUnattended = @\('KB5007651'\)$/m);
  });

  test("that are left name their KBs first", () => {
    expect(script("scripts/25-updates-complete.ps1").text).toContain(
      `updates are left after the last round: $($names -join ', ') (`,
    );
  });
});

function checkOf(name: string): string {
  const call = callsIn(checks.root).find(({ node }) => node.text.startsWith(`Invoke-Check -Name '${name}'`));
  return call?.node.text ?? "";
}

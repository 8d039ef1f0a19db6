import { describe, expect, test } from "vitest";
import { isInside, nodesOf, script } from "./powershell.ts";

describe("a Windows build that has not risen", () => {
  const step = script("scripts/25-updates-complete.ps1").text;

  test("is accepted only if the update that raises it is denied, not if any other is", () => {
    expect(step).toMatch(/\$kept = .+LeftOut -eq 'denied' -and \(Test-OsUpdate -Update \$_\.Update\)/);
  });

  test.each([
    ["2026-11 Cumulative Update for Windows Server 2019 for x64-based Systems (KB5099997)", true],
    ["2026-11 Cumulative Update for Microsoft server operating system version 21H2 (KB5099999)", true],
    ["2026-11 Security Update (KB5099999) (26100.7171)", true],
    ["2026-11 Cumulative Update for .NET Framework 3.5 and 4.8 for Windows Server 2022 (KB5088888)", false],
    ["2026-11 .NET 8.0.22 Security Update for x64 Server (KB5088889)", false],
    ["Windows Malicious Software Removal Tool x64 - v5.138 (KB890830)", false],
  ])("%s raises it: %s", (title, raises) => {
    const [, not = "(?!)", like = "(?!)"] =
      /Title -notmatch '([^']+)' -and \$Update\.Title -match '([^']+)'/.exec(
        script("modules/EksWindowsImages/UpdateOffers.ps1").text,
      ) ?? [];

    expect(!new RegExp(not, "i").test(title) && new RegExp(like, "i").test(title)).toBe(raises);
  });
});

describe("the EKS parts of AWS's image", () => {
  const tools = script("scripts/34-eks-tools.ps1");
  const throwing = nodesOf(tools.root, "flow_control_statement").filter(({ text }) => text.startsWith("throw"));

  test("are required on layer as far as the base has them; by name only the documented bootstrap", () => {
    const onLayer = throwing.filter(
      (each) => !isInside(each, ({ text }) => /^if \(\$recipe -eq 'assemble'\)/.test(text)),
    );

    expect(onLayer.map(({ text }) => /\$bootstrap|\$path|\$\(\$lost/.exec(text)?.[0])).toEqual([
      "$bootstrap",
      "$path",
      "$($lost",
    ]);
    expect(tools.text).toMatch(
      /-eq 'layer'\) \{\s+\$source = 'base'\s+\$files = @\(\(Read-Json .+base\.json'\)\)\.eksFiles/,
    );
  });

  test("fail no harvest by their absence, because the bootstrap may register them", () => {
    const throws = ["Eks", "EksState"].flatMap((part) =>
      nodesOf(script(`modules/EksWindowsImages/${part}.ps1`).root, "flow_control_statement"),
    );

    expect(throws.filter(({ text }) => text.startsWith("throw"))).toEqual([]);
  });
});

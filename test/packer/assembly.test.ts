import { describe, expect, test } from "vitest";
import type { Node } from "web-tree-sitter";
import { callsIn, enclosingFunction, nodesOf, type Script, script } from "./powershell.ts";

const downloads = script("modules/EksWindowsImages/Downloads.ps1");
const eks = script("modules/EksWindowsImages/Eks.ps1");
const state = script("modules/EksWindowsImages/EksState.ps1");
const harvest = script("modules/EksWindowsImages/Harvest.ps1");
const images = script("modules/EksWindowsImages/ContainerImages.ps1");

describe("a download", () => {
  test("is installed only after its checksum or its signature is verified", () => {
    const body = functionOf(downloads, "Get-VerifiedFile").text;
    const order = [
      /Save-Url -Url \$Url/,
      /Get-SignatureComplaint/,
      /Get-FileHash/,
      /if \(\$complaint\)[\s\S]+throw/,
      /Move-Item/,
    ];

    expect(order.map((part) => body.search(part))).toEqual(
      order.map((part) => body.search(part)).toSorted((a, b) => a - b),
    );
    expect(order.every((part) => part.test(body))).toBe(true);
  });

  test("is signed only if Windows trusts the signature and the certificate names exactly the organization", () => {
    const body = functionOf(downloads, "Get-SignatureComplaint").text;

    expect(body).toMatch(/Status -ne 'Valid'\) \{\s+return/);
    expect(body).toMatch(/-cnotcontains "O=\$Signer"\) \{\s+return/);
  });
});

describe("the AWS CLI", () => {
  const step = script("scripts/30-aws-cli.ps1").text;

  test("of the base stays unless it is older", () => {
    expect(step).toMatch(/Get-ProgramVersion -Path \$path\) -ge \[version\]\$wanted\.version\) \{[\s\S]+?return/);
  });

  test("is installed if Windows asks for a restart, and retried while another installation is running", () => {
    const final = new RegExp(/-FinalPattern '([^']+)'/.exec(step)?.[1] ?? "");

    expect(step).toMatch(/'msiexec\.exe' .+ -AllowedExitCode 0, 3010/);
    expect("msiexec.exe /i C:\\aws-cli.msi /qn /norestart exited with 1618: ").not.toMatch(final);
    expect("msiexec.exe /i C:\\aws-cli.msi /qn /norestart exited with 1603: ").toMatch(final);
  });
});

describe("kubelet and kube-proxy", () => {
  const step = script("scripts/33-kubernetes.ps1");

  test("are at least those of the base on layer, and exactly the wanted patch on assemble", () => {
    const stays = nodesOf(step.root, "if_statement").find(({ text }) => text.startsWith("if ($recipe -eq 'layer')"));

    expect(nodesOf(step.root, "flow_control_statement").filter(({ text }) => text === "continue")).toHaveLength(1);
    expect(stays?.text).toMatch(/if \(\$installed -ge \$wanted\) \{[\s\S]+continue/);
    expect(step.text).toMatch(/Copy-Item[\s\S]+Get-ProgramVersion[\s\S]+if \(\$installed -ne \$wanted\) \{\s+throw/);
  });

  test("are replaced while their services are stopped", () => {
    expect(step.text).toMatch(/Stop-Service -Force\s+Copy-Item -Path \$download -Destination \$path/);
  });
});

describe("harvested files", () => {
  const putting = script("scripts/31-harvested-files.ps1").text;
  const taking = script("harvest/scripts/10-harvest.ps1");

  test("are those of the ordered manifest, each verified by its own checksum", () => {
    expect(putting).toContain("-Checksum (Get-Setting 'HARVEST_MANIFEST')");
    expect(putting).toContain(`-Url "$harvest/files/$($file.sha256)" -Checksum $file.sha256 -Path $file.path`);
  });

  test("are all uploaded before the manifest", () => {
    const published = callsIn(taking.root).filter(({ name }) => name === "Publish-File");

    expect(published.map(({ node }) => /\$bucket\/(\w+)/.exec(node.text)?.[1])).toEqual(["files", "manifest"]);
  });

  test.each([
    ['"C:\\Program Files\\csi-proxy\\csi-proxy.exe" -windows-service', "C:\\Program Files\\csi-proxy\\csi-proxy.exe"],
    ["C:\\Program Files\\Amazon\\EKS\\csi-proxy.exe -windows-service", "C:\\Program Files\\Amazon\\EKS\\csi-proxy.exe"],
    ["C:\\csi-proxy.exe", "C:\\csi-proxy.exe"],
  ])("include csi-proxy.exe at the path of its service: %s", (commandLine, program) => {
    expect(pattern(state, "$started -match").exec(commandLine)?.groups?.program).toBe(program);
  });

  test("include no logs", () => {
    const left = pattern(state, "FullName -notmatch");

    for (const path of ["logs\\kubelet.txt", "log\\a.txt", "a.log", "a.etl", "crash.dmp"])
      expect(`C:\\Program Files\\Amazon\\EKS\\${path}`).toMatch(left);
    for (const path of [
      "Start-EKSBootstrap.ps1",
      "cni\\vpc-bridge.exe",
      "credential-providers\\login.json",
      "login.txt",
    ])
      expect(`C:\\Program Files\\Amazon\\EKS\\${path}`).not.toMatch(left);
  });

  test("are listed in a manifest that is independent of time and place", () => {
    const body = functionOf(harvest, "Save-HarvestManifest").text;

    expect([...body.matchAll(/(\w+) = \$entries/g)].map(([, key]) => key)).toEqual(["sha256", "bytes"]);
    expect(body).toContain("[System.StringComparer]::Ordinal");
    expect(body).not.toMatch(/Get-Date|source_ami|Sort-Object -/);
  });
});

describe("what an EKS image has besides files", () => {
  test("is never set up twice", () => {
    const guarded = {
      "Register-ScheduledTask": "Get-ScheduledTask -TaskName $task.Name -ErrorAction SilentlyContinue",
      "New-Service": "Get-CsiProxyService",
    };

    for (const [command, guard] of Object.entries(guarded)) {
      const calls = callsIn(eks.root).filter(({ name }) => name === command);
      expect(calls).toHaveLength(1);
      expect(ifAround(calls[0]?.node)).toContain(`-not (${guard}))`);
    }
  });

  test("includes every task that the bootstrap may enable, without author and date", () => {
    const body = functionOf(eks, "Get-EksSetup").text;
    const varying = new RegExp(/-replace '([^']+)', ''/.exec(body)?.[1] ?? "(?!)", "g");
    const xml =
      "<Task>\n  <RegistrationInfo>\n    <Date>2026-10-09T01:02:03</Date>\n    <Author>A\\B</Author>\n  </RegistrationInfo>\n</Task>";

    expect(state.text).toContain("$everyTask = 'EKS *'");
    expect(functionOf(state, "Get-EksTask").text).toContain("Get-ScheduledTask -TaskName $everyTask");
    expect(body).toContain("foreach ($one in @(Get-EksTask))");
    expect(xml.replace(varying, "")).toBe("<Task>\n  <RegistrationInfo>\n  </RegistrationInfo>\n</Task>");
  });

  test("includes the log directory of csi-proxy", () => {
    const logs = pattern(eks, "commandLine -match");

    expect(logs.exec("csi-proxy.exe -windows-service -log_file=C:\\var\\log\\csi\\csi-proxy.log -v=1")?.groups).toEqual(
      {
        directory: "C:\\var\\log\\csi",
      },
    );
    expect(logs.exec('csi-proxy.exe -log_file="C:\\Program Data\\csi\\a.log"')?.groups).toEqual({
      directory: "C:\\Program Data\\csi",
    });
    expect(logs.exec("csi-proxy.exe -windows-service")).toBeNull();
  });

  test("is set up on assemble only; on layer it comes from the base", () => {
    const step = script("scripts/34-eks-tools.ps1");
    const calls = callsIn(step.root).filter(({ name }) => /^(Install-EksSetup|New-NetFirewallRule)$/.test(name));

    expect(calls).toHaveLength(2);
    for (const { node } of calls) expect(ifsAround(node).join()).toContain("if ($recipe -eq 'assemble')");
  });
});

describe("containerd on assemble", () => {
  test("has its settings from the recipe; only layer reads those of AWS", () => {
    const step = script("scripts/40-containerd.ps1").text;

    expect(step).toMatch(
      /-eq 'assemble'\) \{\s+\$wanted = New-ContainerdSetting .+\s+\}\s+else \{\s+\$wanted = Get-ContainerdSetting/,
    );
  });

  test("gets the pause image by digest, under the name that kubelet's runtime asks for", () => {
    const body = functionOf(images, "Add-ContainerImage").text;
    const tag = new RegExp(/-replace '(:[^']+\$)'/.exec(body)?.[1] ?? "");
    const both = new RegExp(/-replace '(:[^']+@)', '@'/.exec(body)?.[1] ?? "");

    expect("registry.k8s.io/pause:3.10".replace(tag, "")).toBe("registry.k8s.io/pause");
    expect("localhost:5000/pause".replace(tag, "")).toBe("localhost:5000/pause");
    expect("localhost:5000/app:1@sha256:ab".replace(both, "@")).toBe("localhost:5000/app@sha256:ab");
    expect("localhost:5000/app@sha256:ab".replace(both, "@")).toBe("localhost:5000/app@sha256:ab");
    expect(body).toMatch(/if \(\$Digest -and \$image\.digest -ne \$Digest\) \{\s+throw .+'checksum'/);
  });

  test("is unpacked with the tar of Windows", () => {
    expect(script("scripts/32-containerd-install.ps1").text).toContain(
      `-FilePath "$env:SystemRoot\\System32\\tar.exe"`,
    );
  });
});

function functionOf({ root }: Script, name: string): Node {
  const found = nodesOf(root, "function_statement").find((each) => enclosingFunction(each) === name);
  if (!found) throw new Error(`there is no function ${name}`);
  return found;
}

/** Returns the literal pattern of a comparison. PowerShell's -match ignores case. */
function pattern({ text, path }: Script, before: string): RegExp {
  const literal = text.split(before)[1]?.match(/^\s+'([^']+)'/)?.[1];
  if (!literal) throw new Error(`${path} has no pattern after ${before}`);
  return new RegExp(literal, "i");
}

function ifAround(node: Node | null | undefined): string {
  return ifsAround(node)[0] ?? "";
}

function ifsAround(node: Node | null | undefined): string[] {
  if (!node) return [];
  return [...(node.type === "if_statement" ? [node.text] : []), ...ifsAround(node.parent)];
}

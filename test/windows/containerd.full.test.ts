import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { containerdArchive, installContainerd, installCrictl } from "../../local/windows/containerd.ts";
import { guestPath } from "../../local/windows/paths.ts";
import { installPrograms, type Programs } from "../../local/windows/programs.ts";
import { type Registry, startRegistry } from "../../local/windows/registry.ts";
import { windowsPowerShell } from "../../local/windows/settings.ts";
import { needsWindows, openWine, site, type Wine } from "./wine.ts";

const pause = "registry.k8s.io/pause:3.10";
const old = "mcr.microsoft.com/windows/nanoserver:ltsc2019";

/** By major version: the containerd of the recipe, and the table of config.toml that names the mirrors' directory. */
const versions = [
  { version: "1.7.36", format: 2, registry: "io.containerd.grpc.v1.cri" },
  { version: "2.3.7", format: 3, registry: "io.containerd.cri.v1.images" },
];

/** Runs commands while containerd serves; `ctr` and `crictl` print their last line and their exit code. */
function serving(commands: string, crictl: string): string {
  return `
    $containerd = Start-Process C:\\bin\\containerd.exe -ArgumentList '--config', 'C:\\config.toml' -PassThru
    function last { process { $line = "$_" } end { "$line".Trim(); "exit $LASTEXITCODE" } }
    function ctr { C:\\bin\\ctr.exe --namespace k8s.io @args 2>&1 }
    function pull { ctr images pull --hosts-dir C:\\certs.d $args[0] | last }
    function crictl { & '${crictl}' --timeout 10s --runtime-endpoint npipe:////./pipe/containerd-containerd @args 2>&1 }
    do { Start-Sleep -Milliseconds 100; ctr version | Out-Null } while ($LASTEXITCODE)
    ${commands}
    Stop-Process $containerd -Force`;
}

describe.skipIf(!windowsPowerShell())(needsWindows, () => {
  let programs: Programs;
  let registry: Registry;
  let crictl: string;
  const opened: Wine[] = [];

  async function openContainerd({ version, format, registry: table }: (typeof versions)[number]): Promise<Wine> {
    const wine = await openWine();
    opened.push(wine);
    wine.setState({ osBuild: "20348.2849" });
    wine.write("windows/system32/tar.exe", programs.content({ name: "tar", version: "3.7.7" }));
    wine.write("containerd.tar.gz", containerdArchive(await installContainerd(version, site), programs));
    const mirrors = `\n[plugins.'${table}'.registry]\nconfig_path = 'C:\\certs.d'\n`;
    wine.write("config.toml", `version = ${format}\nroot = 'C:\\root'\nstate = 'C:\\state'\n${mirrors}`);
    for (const host of ["registry.k8s.io", "mcr.microsoft.com"])
      wine.write(`certs.d/${host}/hosts.toml`, `[host.'${registry.url}']\n  capabilities = ['pull', 'resolve']\n`);
    await wine.run("C:\\Windows\\System32\\tar.exe -xzf C:\\containerd.tar.gz -C C:\\");
    return wine;
  }

  beforeAll(async () => {
    programs = await installPrograms(site);
    crictl = guestPath(await installCrictl("1.36.0", site));
    registry = await startRegistry();
    registry.publish(pause);
    registry.publish(old, [2019]);
    registry.publish("mcr.microsoft.com/broken:1");
    registry.breakLayers("mcr.microsoft.com/broken:1");
  });

  afterAll(async () => {
    for (const wine of opened) await wine.close();
    await registry.close();
  });

  test.each(versions)(
    "containerd $version pulls and unpacks what fits this Windows, and says what does not",
    async (each) => {
      const wine = await openContainerd(each);

      const said = await wine.run(
        serving(
          `"pull"; pull ${pause}; "check"; ctr images check | Select-String registry.k8s.io | last
         "old"; ctr images pull --hosts-dir C:\\certs.d ${old} | Out-Null
         "check"; ctr images check name==${old} | Select-String unavailable | last
         "broken"; ctr images pull --hosts-dir C:\\certs.d mcr.microsoft.com/broken:1 | Select-String '^ctr: ' | last
         "cri"; do { crictl pull ${pause} | Out-Null } while ($LASTEXITCODE); crictl images -q | Select-String '^sha256:' | last`,
          crictl,
        ),
      );

      expect(said).toMatch(/^pull\n.*\nexit 0\ncheck\nregistry\.k8s\.io\/pause:3\.10 .* complete .* true\n/);
      expect(said).toMatch(/^check\nmcr\.microsoft\.com.* unavailable .* false\n/m);
      expect(said).toMatch(/^broken\nctr: failed commit on ref .*: unexpected commit digest sha256:.*\nexit 1\n/m);
      expect(said).toMatch(/^cri\nsha256:[0-9a-f]{64}\nexit 0$/m);
    },
  );

  test.each(versions)("containers of $version run only from an image that is there and unpacked", async (each) => {
    const wine = await openContainerd(each);

    const said = await wine.run(
      serving(
        `pull ${pause} | Out-Null; ctr images pull --hosts-dir C:\\certs.d ${old} | Out-Null
         "ver"; ctr run --rm ${pause} one cmd.exe /c ver | last
         "none"; ctr run --rm registry.k8s.io/none:1 one cmd.exe | last
         "old"; ctr run --rm ${old} one cmd.exe | last
         "runs"; ctr run --detach --null-io ${pause} proof | last
         "again"; ctr run --detach --null-io ${pause} proof | last
         "tasks"; ctr tasks list | last`,
        crictl,
      ),
    );

    expect(said).toMatch(/^ver\nMicrosoft Windows \[Version 10\.0\.20348\.2849\]\nexit 0$/m);
    expect(said).toMatch(/^none\nctr: image "registry.k8s.io\/none:1": not found\nexit 1$/m);
    expect(said).toMatch(/^old\n.*no match for platform.*\nexit 1$/m);
    expect(said).toMatch(/^runs\n\nexit 0\nagain\nctr: container "proof": already exists\nexit 1$/m);
    expect(said).toMatch(/^tasks\nproof +\d+ +RUNNING\nexit 0$/m);
  });
});

import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { answerFile } from "../../local/windows/launch-agent.ts";
import { installPrograms, type ProgramName, type Programs } from "../../local/windows/programs.ts";
import { windowsPowerShell } from "../../local/windows/settings.ts";
import { tarGz } from "../../local/windows/tar.ts";
import { needsWindows, openWine, site, type Wine } from "./wine.ts";

const setuperr = "windows/system32/Sysprep/Panther/setuperr.log";
const launch = "& 'C:\\Program Files\\Amazon\\EC2Launch\\EC2Launch.exe'";
const imageState = "(Get-ItemProperty HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Setup\\State).ImageState";

describe.skipIf(!windowsPowerShell())(needsWindows, () => {
  let wine: Wine;
  let programs: Programs;

  function place(below: string, name: ProgramName, version = "1.0.0"): void {
    wine.write(below, programs.content({ name, version }));
  }

  beforeAll(async () => {
    programs = await installPrograms(site);
    wine = await openWine();
    place("model/kubelet.exe", "kubelet", "1.35.8");
    place("model/msiexec.exe", "msiexec");
    place("model/shutdown.exe", "shutdown");
    place("model/dism.exe", "dism");
    place("windows/system32/tar.exe", "tar");
    place("Program Files/Amazon/EC2Launch/EC2Launch.exe", "ec2launch", "2.0.2107");
    place("windows/system32/Sysprep/sysprep.exe", "sysprep");
    wine.write("ProgramData/Amazon/EC2Launch/sysprep/unattend.xml", readFileSync(answerFile));
  });

  beforeEach(() => wine.setState({ osBuild: "20348.2849", imageState: "IMAGE_STATE_COMPLETE", kept: 1.5 }));
  afterAll(() => wine.close());

  test("a program states the version that its file says, and another version is another file", async () => {
    place("other/kubelet.exe", "kubelet", "1.34.2");

    const said = await wine.run("kubelet.exe --version; C:\\other\\kubelet.exe --version");

    expect(said).toBe("Kubernetes v1.35.8\nKubernetes v1.34.2");
    expect(readFileSync(wine.path("other/kubelet.exe"))).not.toEqual(readFileSync(wine.path("model/kubelet.exe")));
  });

  test("a program that PowerShell starts a second time, by its file, takes no notice of the path", async () => {
    expect(await wine.run("kubelet.exe C:\\model\\kubelet.exe --version")).toBe("Kubernetes v1.35.8");
  });

  test("kubelet refuses a configuration that is none, and names it", async () => {
    wine.write("k.yaml", "kind: KubeProxyConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\n");

    const said = await wine.run("kubelet.exe --config=C:\\k.yaml; kubelet.exe --config C:\\none.yaml; $LASTEXITCODE");

    expect(said).toContain('no kind \\"KubeProxyConfiguration\\" is registered');
    expect(said).toContain("path: C:\\none.yaml");
    expect(said).toMatch(/\n1$|^1\n/m);
  });

  test("refusals apply to command lines that begin so, as often as they say", async () => {
    const refusal = { command: "kubelet.exe --ver", message: "Access is denied.", exitCode: 5, times: 2 };
    wine.setState({ refusals: [refusal, { command: "kube-proxy.exe", message: "" }] });

    const said = await wine.run("1..3 | ForEach-Object { kubelet.exe --version 2>&1 | Out-Null; $LASTEXITCODE }");

    expect(said).toBe("5\n5\n0");
    expect(wine.state().refusals).toEqual([{ command: "kube-proxy.exe", message: "" }]);
  });

  test("programs that run at the same time lose no change of the state", async () => {
    const clean = "'/Online','/Cleanup-Image','/StartComponentCleanup'";
    await wine.run(`1..6 | ForEach-Object { Start-Process dism.exe ${clean} -PassThru } | Wait-Process`);

    expect(wine.state().asked).toEqual(
      Array(6).fill("C:\\model\\dism.exe /Online /Cleanup-Image /StartComponentCleanup"),
    );
    expect(wine.state().kept).toBe(1.5);
  });

  test("msiexec installs the AWS CLI of the installer, and refuses what is none", async () => {
    wine.write("cli.msi", 'x\n{"name":"aws-cli","version":"2.33.27"}');
    wine.write("text.msi", "x");
    wine.setState({ refusals: [{ command: "msiexec.exe /i C:\\cli.msi", message: "", exitCode: 3010, times: 1 }] });

    const install = (name: string) => `msiexec.exe /i C:\\${name} /qn /norestart | Out-Default; $LASTEXITCODE`;
    const said = await wine.run(`${install("text.msi")}\n${install("none.msi")}\n${install("cli.msi")}
      & 'C:\\Program Files\\Amazon\\AWSCLIV2\\aws.exe' --version`);

    expect(said).toMatch(/^1620\n1619\n3010\naws-cli\/2\.33\.27 Python\//);
  });

  test("shutdown says what becomes of the machine, and refuses a second one", async () => {
    const said = await wine.run(
      'shutdown.exe /r /t 0; shutdown.exe /s /t 0 2>&1 | ForEach-Object { "$_" }; $LASTEXITCODE',
    );

    expect(said).toBe("A system shutdown is in progress.(1115)\n1115");
    expect(wine.state().power).toBe("restart");
  });

  test("tar unpacks what fits a Windows archive and says what does not", async () => {
    wine.write("a.tar.gz", tarGz([{ path: "bin/" }, { path: "bin/a.txt", content: Buffer.from("content") }]));
    wine.write("b.tar.gz", "no archive");
    wine.write("c.tar.gz", readFileSync(wine.path("a.tar.gz")).subarray(0, 60));
    const unpack = (name: string, into: string) =>
      `& C:\\Windows\\System32\\tar.exe -xzf C:\\${name}.tar.gz -C C:\\${into} 2>&1 | ForEach-Object { "$_" }; $LASTEXITCODE`;

    const said = await wine.run(
      `mkdir C:\\into | Out-Null; ${[unpack("a", "into"), unpack("b", "into"), unpack("c", "into"), unpack("a", "none")].join("\n")}`,
    );

    expect(readFileSync(wine.path("into/bin/a.txt"), "utf8")).toBe("content");
    expect(said).toMatch(
      /^0\ntar.exe: Error opening archive: Unrecognized archive format\n1\ntar.exe: .*[\s\S]*\n1\ntar.exe: could not chdir to 'C:\\none'\n1$/,
    );
  });

  test("EC2Launch generalizes Windows and forgets its last run", async () => {
    wine.write("ProgramData/Amazon/EC2Launch/log/agent.log", "old");
    wine.write("ProgramData/Amazon/EC2Launch/state/.run-once", "");

    const said = await wine.run(`${launch} status; $LASTEXITCODE; ${launch} sysprep --clean; $LASTEXITCODE
      ${imageState}; ${launch} status --block; $LASTEXITCODE`);

    expect(said).toBe("0\n0\nIMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE\n5");
    expect(wine.state()).toMatchObject({ generalized: true, imageState: "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE" });
    expect(existsSync(wine.path("ProgramData/Amazon/EC2Launch/log/agent.log"))).toBe(false);
    expect(existsSync(wine.path("ProgramData/Amazon/EC2Launch/state"))).toBe(false);
  });

  test("an app of a user keeps Windows from being generalized, and sysprep's log names it", async () => {
    const app = {
      name: "Edge",
      packageFullName: "Edge_1.0_x64__8wekyb3d8bbwe",
      forUser: "Administrator",
      provisioned: false,
    };
    wine.setState({
      imageState: "IMAGE_STATE_COMPLETE",
      apps: [{ ...app, provisioned: true, packageFullName: "Other" }, app],
    });

    const said = await wine.run(`${launch} sysprep --clean --block 2>&1 | Out-Null; $LASTEXITCODE`);

    expect(said).toBe("1");
    expect(wine.state()).toMatchObject({ imageState: "IMAGE_STATE_COMPLETE" });
    expect(readFileSync(wine.path(setuperr), "utf8").split("\r\n")[0]).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d, Error +SYSPRP Package Edge_1\.0_x64__8wekyb3d8bbwe was installed for a user, but not/,
    );
  });

  test("a sysprep that fails in the middle leaves Windows undeployable", async () => {
    wine.setState({ launch: { sysprep: "undeployable", errors: ["[0x0f0082] SYSPRP LaunchDll: failed"] } });

    const said = await wine.run(`${launch} sysprep 2>&1 | Out-Null; $LASTEXITCODE; ${imageState}`);

    expect(said).toBe("1\nIMAGE_STATE_UNDEPLOYABLE");
    expect(wine.state().generalized).toBeUndefined();
    expect(readFileSync(wine.path(setuperr), "utf8")).toContain("Error      [0x0f0082] SYSPRP LaunchDll: failed\r\n");
  });

  test("before 2.0.1521 EC2Launch generalizes after it has returned, unless it blocks", async () => {
    place("old/EC2Launch.exe", "ec2launch", "2.0.1245");
    wine.setState({ launch: { sysprep: "hangs" } });

    const said = await wine.run(`C:\\old\\EC2Launch.exe sysprep --clean; $LASTEXITCODE
      while (-not (Select-String UNDEPLOYABLE C:\\windows-model\\state.json)) { Start-Sleep -Milliseconds 50 }
      Get-Process -Name sysprep, EC2Launch | Stop-Process -Force`);

    expect(said).toBe("0");
    expect(wine.state().imageState).toBe("IMAGE_STATE_UNDEPLOYABLE");
  });
});

import { hash } from "node:crypto";
import { expect, test } from "vitest";
import { proofLines } from "../../../local/recordings/failures.ts";
import { recordingOf } from "../../../local/recordings/record.ts";
import { readRecordings } from "../../../local/recordings/recording.ts";
import {
  eksImage,
  network,
  now,
  packerDir,
  plainImage,
  replay,
  run,
  type Settings,
  settings,
  started,
  versions,
} from "./replays.ts";

const builds = { base: "26100.4349", updated: "26100.7171" };
const manifestOf = (reached: ReturnType<typeof network>) =>
  reached.objects.get(`${settings.HARVEST_URL}/manifest.json`);

/** A harvest in a network, and the settings of an assembly from it. */
async function harvested(from = eksImage) {
  const reached = network();
  const runs = await replay(await started(from, reached), reached, "harvest", settings);
  const manifest = hash("sha256", manifestOf(reached) ?? "");
  return { reached, runs, assembly: { ...settings, RECIPE_KIND: "assemble", HARVEST_MANIFEST: manifest } };
}

test("what is recorded from a replay is the recording: names and values fit in both directions", async () => {
  const { reached, runs, assembly } = await harvested();
  const layer: Settings = { ...settings, RECIPE_KIND: "layer" };
  const base = await started(eksImage, reached);
  const again = {
    harvest: runs,
    assemble: await replay(await started(plainImage, reached), reached, "assemble", assembly),
    layer: await replay(base, reached, "layer", layer),
    proof: await replay(base, reached, "proof", layer),
  };

  for (const [name, script] of Object.entries(again))
    expect(recordingOf(script, builds), name).toEqual(readRecordings()[name]);
});

test("the report of an assembled image states the values of its own build and its harvested files", async () => {
  const { reached, assembly } = await harvested();
  const given = { ...assembly, CONTAINER_IMAGES: '["one.example/a","two.example/b"]', REGISTRY_MIRRORS: "{}" };
  const windows = await started(plainImage, reached);

  await replay(windows, reached, "assemble", given);

  const report = JSON.parse(windows.files.read("C:/eks-windows-images/output/report.json")?.toString() ?? "");
  const { files } = JSON.parse(manifestOf(reached)?.toString() ?? "");
  expect(report).toMatchObject({
    windows: "2025",
    osBuild: builds.updated,
    kubernetes: { kubelet: "1.36.4", kubeProxy: "1.36.4" },
    containerd: versions.artifacts.findLast(({ name }: { name: string }) => name === "containerd").version,
  });
  expect(report.containerImages.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(["one.example/a", "two.example/b"]),
  );
  expect(JSON.stringify(report.tests.names)).not.toContain("mirrors");
  for (const { path, sha256 } of files)
    expect(report.binaries).toContainEqual(expect.objectContaining({ path, sha256, from: "harvest" }));
});

test("the output and the report of a build name the custom scripts that Packer has uploaded", async () => {
  const windows = await started(eksImage);
  const uploaded = { "20-agent.ps1": "'agent'", "10-Share.ps1": "'share'", "README.md": "#", "files/a.ps1": "'a'" };
  for (const [path, text] of Object.entries(uploaded))
    windows.files.write(`c:/eks-windows-images/custom/${path}`, text);
  const layer = { ...settings, RECIPE_KIND: "layer" };

  const { stdout } = await run(windows, "60-custom", layer);
  await run(windows, "80-report", layer);

  expect(stdout).toBe("Running 10-Share.ps1\r\nRunning 20-agent.ps1\r\n2 custom scripts ran.\r\n");
  const report = JSON.parse(windows.files.read("C:/eks-windows-images/output/report.json")?.toString() ?? "");
  expect(report.customSteps).toEqual([
    { name: "10-Share.ps1", sha256: hash("sha256", "'share'") },
    { name: "20-agent.ps1", sha256: hash("sha256", "'agent'") },
  ]);
});

test("a harvest has the same bytes for the same image of AWS, and others for another release", async () => {
  const [one, same, other] = await Promise.all([eksImage, eksImage, eksImage.replace("10.14", "11.11")].map(harvested));

  expect(same?.assembly.HARVEST_MANIFEST).toBe(one?.assembly.HARVEST_MANIFEST);
  expect(other?.assembly.HARVEST_MANIFEST).not.toBe(one?.assembly.HARVEST_MANIFEST);
});

test.each([
  [
    "is not the ordered one",
    "checksum",
    (objects: Map<string, Buffer>, key: string) => objects.set(key, Buffer.from("{}")),
  ],
  ["is not there", "provision", (objects: Map<string, Buffer>, key: string) => objects.delete(key)],
])("an assembly fails if the manifest %s", async (_what, failureClass, spoil) => {
  const { reached, assembly } = await harvested();
  spoil(reached.objects, `${settings.HARVEST_URL}/manifest.json`);

  const { exitCode, stderr } = await run(await started(plainImage, reached), "31-harvested-files", assembly);

  expect(exitCode).toBe(1);
  expect(stderr).toMatch(new RegExp(`^EKSWIN-FAILED ${failureClass} 31-harvested-files: .*manifest.json`));
});

test("an image knows of its build what the proof needs, and is generalized once its machine has shut down", async () => {
  const reached = network();
  const machine = await started(eksImage, reached);
  await replay(machine, reached, "layer", { ...settings, RECIPE_KIND: "layer" });

  const proved = await machine.copy({ userData: "", packerDir, network: reached, print: () => {}, now });
  const proof = await run(proved, "10-checks", { CONTAINER_IMAGES: "[]", KUBERNETES_VERSION: "1.36.4" });

  expect(proved.isGeneralized()).toBe(true);
  expect(proof.stdout).toContain(`passed os-build: ${builds.updated}\r\n`);
  expect(proof.stdout).not.toContain("container-image");
});

test.each([
  [undefined, 60, 120],
  [2, 120, 240],
])(
  "a proof on a machine whose start takes %j times as long says so, and when it started",
  async (pace, containerd, container) => {
    const windows = await started(eksImage);
    await windows.start("boot", pace);

    await run(windows, "10-checks", { ...settings, RECIPE_KIND: "layer" });

    const { start } = JSON.parse(windows.files.read("C:/eks-windows-images-proof/output/proof.json")?.toString() ?? "");
    expect(start).toMatchObject({
      setUpAt: now().toISOString(),
      winrmAt: now().toISOString(),
      containerdSeconds: containerd,
      containerSeconds: container,
      warnings: [],
    });
  },
);

test("a recording has no time that a start took, but that one could not be measured", () => {
  const start = { setUpAt: null, containerdSeconds: 1.25, containerSeconds: 3, bytesRead: 5, warnings: ["SetUp"] };
  const files = { "C:/out/output/proof.json": JSON.stringify({ result: "passed", start }) };

  const recorded = recordingOf([{ ...script, files }], builds)["70-verify"]?.[0]?.files;

  expect(recorded).toEqual({
    "C:/out/output/proof.json": {
      result: "passed",
      start: { ...start, containerdSeconds: "{{containerdSeconds}}", containerSeconds: "{{containerSeconds}}" },
    },
  });
});

test("a script that the recipe's recording lacks is replayed from another's, and an unknown one only says so", async () => {
  const windows = await started(eksImage);

  const apps = await run(windows, "85-appx", { ...settings, RECIPE_KIND: "layer" });

  expect(apps.stdout.split("\r\n").slice(0, -1)).toEqual(readRecordings().assemble?.["85-appx"]?.[0]?.stdout);
  expect(await run(windows, "inline")).toEqual({ exitCode: 0, stdout: "inline is done.\r\n", stderr: "" });
});

test("a replay fails loudly if a script is not told a value that the recorded one was told", async () => {
  const windows = await started(eksImage);

  await expect(run(windows, "33-kubernetes", { RECIPE_KIND: "layer" })).rejects.toThrow("KUBERNETES_RELEASE_URL");
});

const script = {
  script: "70-verify",
  exitCode: 0,
  stdout: "",
  stderr: "",
  settings,
  versions,
  files: {},
  requests: [],
  shutsDown: false,
};

test("a run cannot be recorded whose values cannot be told apart", () => {
  const record = (given: Settings) => () => recordingOf([{ ...script, settings: { ...settings, ...given } }], builds);

  expect(record({ BASE_RELEASED: settings.PATCH_TUESDAY })).toThrow("are both 2027-01-12");
  expect(record({ DENIED_UPDATES: "[]" })).toThrow("DENIED_UPDATES has no item");
});

test("a recording leaves out how long a test took, and says once what is said of each item of a list", () => {
  const given = { ...settings, REGISTRY_MIRRORS: '{"quay.io":["https://m"],"ghcr.io":["https://m"]}' };
  const stdout = " [+] runs 3.5s\r\n [+] asks quay.io 89ms\r\n [+] asks ghcr.io 24ms\r\n";

  expect(recordingOf([{ ...script, settings: given, stdout }], builds)).toEqual({
    "70-verify": [{ exitCode: 0, stdout: [" [+] runs", " [+] asks {{each REGISTRY_MIRRORS}}"] }],
  });
});

test("a proof that a rule lets fail prints its checks as the recorded proof does", () => {
  const [recorded] = readRecordings().proof?.["10-checks"] ?? [];
  const document = Object.values(recorded?.files ?? {})[0] as { checks: Parameters<typeof proofLines>[0] };

  expect(recorded?.stdout).toEqual(proofLines(document.checks));
});

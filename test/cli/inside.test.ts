import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Functions, startFunctions } from "../fuzz/functions.ts";
import { scene } from "../scene.ts";
import { callsOfHandler, cli } from "./cli.ts";

const [older, newer, failed, bare] = [
  "ami-0c5f1e0a9b3d27e41",
  "ami-0a84d2f6c17be9035",
  "ami-0ffffffffffffffff",
  "ami-0b4e0000000000000",
];
/** It has our tags, and a report, but no record. */
const forged = "ami-0f0f0f0f0f0f0f0f0";
/** Deregistered since: EC2 does not know it, the records and its report are still there. */
const gone = "ami-09090909090909090";

const sha256 = "0f".repeat(32);
const report = {
  recipe: "layer",
  windows: "2022",
  edition: "Core",
  patchTuesday: "2026-10-13",
  baseOsBuild: "20348.4294",
  osBuild: "20348.4294",
  kubernetes: { kubelet: "1.35.6", kubeProxy: "1.35.6" },
  containerd: "1.7.27",
  launchAgent: { name: "ec2launch-v2", version: "2.0.2107", status: 0 },
  installedUpdates: ["KB5066782"],
  binaries: [
    {
      path: "C:\\Program Files\\kubernetes\\kubelet.exe",
      version: "1.35.6",
      sha256: sha256.toUpperCase(),
      from: "download",
    },
    { path: "C:\\Program Files\\Amazon\\EKS\\EKS-StartupTask.ps1", version: "", sha256, from: "base" },
  ],
  containerImages: [
    { name: "mcr.microsoft.com/windows/nanoserver:ltsc2022", digest: `sha256:${sha256}`, pinned: true },
  ],
  customSteps: [{ name: "agent.ps1", sha256 }],
};
const newReport = {
  ...report,
  osBuild: "20348.4405",
  installedUpdates: Array.from({ length: 120 }, (_, index) => `KB50687${String(index).padStart(3, "0")}`),
};

const world = scene()
  .image(older, { createdAt: 1, provedAt: 2 })
  .image(failed, { proof: "failed", createdAt: 3 })
  .image(newer, { createdAt: 4, provedAt: 5 })
  .image(bare, { createdAt: 6, proof: undefined })
  .image(forged).world;

let functions: Functions;
let run: (...args: string[]) => ReturnType<typeof cli>;
beforeAll(async () => {
  functions = await startFunctions(world);
  process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
  const call = callsOfHandler(await functions.load("api"));
  run = (...args) => cli(args, { call });
});
afterAll(() => functions?.endpoint.stop());

function put(image: string, file: string, content: unknown) {
  const body = typeof content === "string" ? content : JSON.stringify(content);
  functions.account.objects.set(`reports/${image}/${file}`, { at: new Date(), body });
}

beforeEach(() => {
  functions.reset();
  put(older, "report.json", report);
  put(newer, "report.json", newReport);
  put(newer, "proof.json", { tests: { passed: 9, failed: 0 } });
  put(gone, "report.json", report);
  put(forged, "report.json", report);
  for (const key of functions.account.objects.keys())
    if (key.startsWith(`records/proofs/${forged}/`)) functions.account.objects.delete(key);
  const identity = "ab".repeat(32);
  functions.account.objects.set(`records/proofs/${gone}/passed-none-${identity}`, { at: new Date(9_000), body: "{}" });
});

describe("diff", () => {
  test("shows what changed since the newest proved image before it, all of it", async () => {
    const { exitCode, stdout } = await run("diff", newer);

    expect(exitCode).toBe(0);
    expect(stdout).toContain(`${older} → ${newer} (windows-2022-core-1.35)\n  Windows 20348.4294 → 20348.4405\n`);
    expect(stdout).toContain("KB50687000, ");
    expect(stdout).toContain("KB50687119");
    expect(stdout).not.toContain("…");
  });

  test("shows how much longer the image takes to start, and where it grew", async () => {
    const disk = (size: number) => ({
      usedBytes: size * 1024 ** 3,
      folders: [{ path: "C:\\Agent", bytes: size * 1e9 }],
    });
    put(older, "report.json", { ...report, disk: disk(30) });
    put(newer, "report.json", { ...report, disk: disk(33) });
    for (const [image, start] of Object.entries({ [older]: 195_000, [newer]: 220_400 })) {
      const key = `records/measures/${image}/start-${start}-${"0".repeat(64)}`;
      functions.account.objects.set(key, { at: new Date(9_000), body: "" });
    }
    const { stdout } = await run("diff", newer);

    expect(stdout.split("\n").slice(1)).toEqual([
      "  Start 3 m 15 s → 3 m 40 s",
      "  Size on disk 30.0 GiB → 33.0 GiB",
      "  Folder C:\\Agent 27.9 GiB → 30.7 GiB",
      "",
    ]);
  });

  test("compares two images in the order that they are given, also one that EC2 no longer has", async () => {
    const { stdout } = await run("diff", newer, gone, "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      from: newer,
      to: gone,
      variant: null,
      changes: expect.arrayContaining(["Windows 20348.4405 → 20348.4294"]),
    });
  });

  test("of equal reports says that nothing changed", async () => {
    expect((await run("diff", older, gone)).stdout).toContain("nothing that is reported");
  });

  test.each([
    ["the first image of its variant", older, "no proved image of windows-2022-core-1.35 is older"],
    ["an image that EC2 no longer has", gone, `EC2 no longer has ${gone}`],
    ["an image without records", forged, "no record says that this service made ami-0f0f0f0f0f0f0f0f0"],
    ["an image that nobody knows", "ami-00000000000000bad", "no record says that this service made"],
    ["an image without a report", bare, `${bare} has no report in the bucket`],
    ["what is no image", "windows", "ami-0123456789abcdef0"],
  ])("of %s says why it cannot", async (_, image, why) => {
    const { exitCode, stderr, stdout } = await run("diff", image);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(why);
    expect(stdout).toBe("");
  });

  test.each([
    ["is no JSON", "half a rep", "is not JSON"],
    ["has another shape", { osBuild: 1 }, "is not like one that this version reads"],
  ])("says that a report %s", async (_, content, why) => {
    put(newer, "report.json", content);
    const { exitCode, stderr } = await run("diff", newer);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(why);
  });
});

describe("sbom", () => {
  test.each([[], ["--json"]])(
    "prints CycloneDX 1.6 that its schema accepts, with all that the report lists %j",
    async (...json) => {
      const { exitCode, stdout } = await run("sbom", older, ...json);

      expect(exitCode).toBe(0);
      const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
      expect(await validator.validate(stdout)).toBe(null);
      const { metadata, components, specVersion } = JSON.parse(stdout);
      expect(specVersion).toBe("1.6");
      expect(metadata.component).toMatchObject({
        type: "operating-system",
        name: "Windows Server 2022 Core",
        version: "20348.4294",
        "bom-ref": older,
      });
      expect(components.map(({ name, purl }: { name: string; purl?: string }) => [name, purl])).toEqual(
        expect.arrayContaining([
          ["KB5066782", undefined],
          ["kubelet.exe", "pkg:golang/k8s.io/kubernetes@v1.35.6"],
          ["kube-proxy.exe", "pkg:golang/k8s.io/kubernetes@v1.35.6"],
          ["containerd.exe", "pkg:golang/github.com/containerd/containerd@v1.7.27"],
          ["ec2launch-v2", undefined],
          ["EKS-StartupTask.ps1", undefined],
          ["agent.ps1", undefined],
          [
            "mcr.microsoft.com/windows/nanoserver:ltsc2022",
            `pkg:oci/nanoserver@sha256:${sha256}?repository_url=mcr.microsoft.com%2Fwindows%2Fnanoserver&tag=ltsc2022`,
          ],
        ]),
      );
      expect(components).toHaveLength(8);
      expect(components.find(({ name }: { name: string }) => name === "kubelet.exe").hashes).toEqual([
        { alg: "SHA-256", content: sha256 },
      ]);
    },
  );

  test("prints nothing if the report would make a document that the schema refuses", async () => {
    put(older, "report.json", { ...report, osBuild: "20348.".repeat(1_000) });
    const { exitCode, stdout, stderr } = await run("sbom", older);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain("makes no valid bill of materials");
  });
});

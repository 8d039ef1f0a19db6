import { DescribeImagesCommand, DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { entriesAfter, stepsOf } from "../../local/winrm/transcript.ts";
import { callsOf, plain, tagsAtBirth } from "./calls.ts";
import { reference } from "./order.ts";
import { build, machine, proof, runTags, variablesOf } from "./runs.ts";
import type { Run, Workshop } from "./workshop.ts";

/**
 * Tests that apply to the image of every recipe.
 * @param volumeKey the key of the deployment
 */
export function describeImage(
  recipe: string,
  workshop: () => Workshop,
  run: () => Run,
  base: () => string,
  volumeKey?: string,
): void {
  describe(`an image of ${recipe}`, () => {
    test("is made from a machine that stops itself after the last step", () => {
      const after = entriesAfter(machine(run()), "90-sysprep");

      expect(after).toEqual([expect.objectContaining({ kind: "shutdown", by: "itself" })]);
      expect(callsOf(build(run()), "StopInstances")).toEqual([]);
    });

    test("is built on an instance that accepts IMDSv2 only and has an encrypted disk of the wanted size and speed", () => {
      const [request] = callsOf(build(run()), "RunInstances");

      expect(request).toMatchObject({
        ImageId: base(),
        IamInstanceProfile: { Name: "guest" },
        MetadataOptions: { HttpEndpoint: "enabled", HttpTokens: "required" },
      });
      const wanted = { VolumeSize: 120, Throughput: 250, Iops: 3000, KmsKeyId: volumeKey };
      expect(request?.BlockDeviceMappings).toEqual(rootVolume(wanted));
    });

    test("is tagged from its creation, and so is everything that its build creates", () => {
      expect(tagsAtBirth(build(run()), "RunInstances", "instance")).toEqual(runTags(run()));
      expect(tagsAtBirth(build(run()), "RunInstances", "volume")).toEqual(runTags(run()));
      expect(tagsAtBirth(build(run()), "CreateImage", "image")).toEqual(runTags(run()));
      expect(tagsAtBirth(build(run()), "CreateImage", "snapshot")).toEqual(runTags(run()));
    });

    test("requires IMDSv2 and has tags of its inputs and contents", async () => {
      const { ec2 } = workshop();
      const { IMAGE_ID: image = "" } = run().exported;
      const { Images: [described] = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [image] }));
      const SnapshotIds = [described?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? ""];
      const { Snapshots: [snapshot] = [] } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds }));
      const made = { ...runTags(run()), ...variablesOf(run()).image_tags };

      expect(described).toMatchObject({ Name: runTags(run()).Name, State: "available", ImdsSupport: "v2.0" });
      expect(plain(snapshot?.Tags)).toEqual(made);
      expect(plain(described?.Tags)).toEqual({
        ...made,
        "eks-windows-images:os-build": "20348.4405",
        "eks-windows-images:kubelet": "1.35.8",
        "eks-windows-images:containerd": expect.stringMatching(/^\d+\.\d+\.\d+$/),
        "eks-windows-images:proof": "passed",
        "eks-windows-images:proved-at": expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      });
      expect(callsOf(build(run()), "ModifyImageAttribute")).toContainEqual({
        ImageId: image,
        ImdsSupport: { Value: "v2.0" },
      });
    });

    test("has reports in the bucket", async () => {
      const { IMAGE_ID: image } = run().exported;
      const read = async (name: string) => JSON.parse((await workshop().read(`reports/${image}/${name}`)).toString());

      expect(await read("tests.json")).toMatchObject({ failed: 0 });
      expect(await read("proof.json")).toMatchObject({ result: "passed", start: { warnings: [] } });
      expect(await read("report.json")).toMatchObject({
        recipe,
        baseReleased: "2026-10-14",
        patchTuesday: "2026-11-10",
        kubernetes: { kubelet: "1.35.8", kubeProxy: "1.35.8" },
        addedUpdates: ["KB5099999"],
        containerImages: expect.arrayContaining([expect.objectContaining({ name: reference, pinned: true })]),
      });
    });

    test("has its start measured, from Packer's own output and by its machine, and recorded", async () => {
      const { IMAGE_ID: image } = run().exported;
      const { start } = JSON.parse((await workshop().read(`reports/${image}/proof.json`)).toString());

      const { runningSeconds, setUpSeconds, winrmSeconds, containerdSeconds, containerSeconds, totalSeconds } = start;
      expect(Date.parse(start.launchedAt)).toBeLessThan(Date.now());
      expect(runningSeconds).toBeGreaterThanOrEqual(0);
      expect(setUpSeconds).toBeGreaterThan(0);
      expect(winrmSeconds).toBeGreaterThanOrEqual(0);
      expect(winrmSeconds).toBeLessThanOrEqual(setUpSeconds);
      expect(totalSeconds).toBeCloseTo(Math.max(setUpSeconds, winrmSeconds) + containerdSeconds + containerSeconds, 2);
      const keys = await workshop().keys(`records/measures/${image}/`);
      const { token } = run().order;
      expect(keys).toContain(`records/measures/${image}/size-${start.diskUsedBytes}-${token}`);
      expect(keys).toContain(`records/measures/${image}/start-${Math.round(totalSeconds * 1000)}-${token}`);
      expect(keys).toHaveLength(start.slowerSeconds === undefined ? 2 : 3);
    });

    test("is proved on an instance that accepts IMDSv2 only, with its own disk, as nodes get it", () => {
      const [request] = callsOf(proof(run()), "RunInstances");

      expect(run().exported).toMatchObject({ PROOF: "passed", FAILURE_CLASS: "", FAILURE_CAUSE: "" });
      expect(stepsOf(proof(run()).transcript)).toEqual(["10-checks"]);
      expect(request).toMatchObject({
        ImageId: run().exported.IMAGE_ID,
        MetadataOptions: { HttpEndpoint: "enabled", HttpTokens: "required" },
      });
      expect(request).not.toHaveProperty("BlockDeviceMappings");
      expect(callsOf(proof(run()), "CreateImage")).toEqual([]);
    });

    test("has its inventory taken before WinRM is opened, on a tagged instance", () => {
      const { userData } = proof(run()).transcript;
      const tags = { ...runTags(run()), Name: `proof of ${runTags(run()).Name}` };

      expect(userData).toMatch(
        /^<powershell>[\s\S]+inventory\.json[\s\S]+New-NetFirewallRule[\s\S]+winrm-open[\s\S]+<\/powershell>\s*$/,
      );
      expect(tagsAtBirth(proof(run()), "RunInstances", "instance")).toEqual(tags);
      expect(tagsAtBirth(proof(run()), "RunInstances", "volume")).toEqual(tags);
    });
  });
}

/** The root volume in the request that launches an instance. */
export function rootVolume(more: Record<string, unknown>): object[] {
  return [{ DeviceName: "/dev/sda1", Ebs: { VolumeType: "gp3", Encrypted: true, DeleteOnTermination: true, ...more } }];
}

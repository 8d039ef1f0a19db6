import { readFileSync } from "node:fs";
import { DescribeImagesCommand } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { entriesAfter, stepsOf, uploadedBytes } from "../../../local/model/transcript.ts";
import { openWorkshop, type Workshop } from "./packer-builds.ts";

// The real Packer against the stand-in. A build takes at least 15 s, in which Packer sleeps; they sleep side by side,
// those first that take two builds.
const TIMEOUT_MS = 110_000;
const reportPath = "C:/ProgramData/fixture/report.json";
let workshop: Workshop;

beforeAll(async () => {
  workshop = await openWorkshop();
});

afterAll(async () => {
  await workshop.stop();
});

test.concurrent(
  "a machine begins with what the build of its image left there",
  async () => {
    const { machines, build } = workshop;
    machines.behave({
      step: "10-plain",
      when: ({ tags }) => tags.purpose === "first",
      files: { [reportPath]: "kept" },
    });

    const first = await build({ purpose: "first" });
    const next = await build({ purpose: "next", variables: { source_ami: first.image() } });

    expect(next.exitCode, next.output).toBe(0);
    expect(next.transcript.imageId).toBe(first.image());
    expect(next.read("report.json")).toBe("kept");
    expect(next.transcript.entries).toContainEqual(
      expect.objectContaining({ kind: "script", step: "20-windows-updates", exitCode: 0 }),
    );
  },
  TIMEOUT_MS,
);

test.concurrent(
  "an image that was never generalized lets nobody in",
  async () => {
    const { machines, build } = workshop;
    machines.behave({ step: "90-sysprep", when: ({ tags }) => tags.purpose === "unsealed", stopsItself: false });

    const unsealed = await build({ purpose: "unsealed", variables: { stops_itself: "false" } });
    const variables = { source_ami: unsealed.image(), winrm_timeout: "6s" };
    const { exitCode, output, transcript } = await build({ purpose: "unopened", variables });

    expect(unsealed.exitCode, unsealed.output).toBe(0);
    expect(exitCode).toBe(1);
    expect(output).toContain("Timeout waiting for WinRM");
    expect(transcript.entries).toContainEqual(expect.objectContaining({ kind: "login refused" }));
  },
  TIMEOUT_MS,
);

test.concurrent(
  "a build takes its steps in order, ends with the machine's own stop and leaves an image",
  async () => {
    const { machines, emulator, ec2, sourceImage, build } = workshop;
    machines.behave({
      step: "10-plain",
      when: ({ tags }) => tags.purpose === "whole",
      files: { [reportPath]: '{"größe":1}' },
    });

    const { exitCode, output, transcript, calls, read, image } = await build({ purpose: "whole" });

    expect(exitCode, output).toBe(0);
    expect(stepsOf(transcript)).toEqual(["10-plain", "20-windows-updates", "restart", "inline", "90-sysprep"]);
    expect(entriesAfter(transcript, "90-sysprep")).toEqual([
      expect.objectContaining({ kind: "shutdown", by: "itself" }),
    ]);
    expect(transcript).toMatchObject({ imageId: sourceImage, userData: expect.stringContaining("opening WinRM") });
    expect(transcript.entries).toContainEqual(
      expect.objectContaining({
        kind: "script",
        step: "10-plain",
        elevated: null,
        environment: expect.objectContaining({ GREETING: '5 $ and "quotes" `n' }),
      }),
    );
    expect(transcript.entries).toContainEqual(
      expect.objectContaining({ kind: "script", step: "20-windows-updates", elevated: "SYSTEM", exitCode: 3010 }),
    );
    const notes = readFileSync(new URL("fixture/files/notes.txt", import.meta.url), "utf8");
    expect(transcript.entries).toContainEqual(
      expect.objectContaining({ kind: "upload", path: String.raw`C:\ProgramData\fixture\notes.txt`, text: notes }),
    );
    expect(uploadedBytes(transcript).includes(await emulator.password(transcript.instanceId))).toBe(false);
    expect(read("report.json")).toBe('{"größe":1}');
    const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: [image()] }));
    expect(Images?.[0]).toMatchObject({ Name: "fixture-whole", State: "available" });
    expect(calls).toEqual(expect.arrayContaining(["DeleteKeyPair", "DeleteSecurityGroup", "TerminateInstances"]));
    expect(calls).not.toContain("StopInstances");
  },
  TIMEOUT_MS,
);

test.concurrent(
  "a script that fails fails the build, says why, and nothing comes after it",
  async () => {
    const { machines, build } = workshop;
    machines.behave({
      step: "20-windows-updates",
      when: ({ tags }) => tags.purpose === "failing",
      exitCode: 1,
      stderr: "EKSWIN-FAILED updates 20-windows-updates: no luck\r\n",
    });

    const { exitCode, output, transcript, calls } = await build({ purpose: "failing" });

    expect(exitCode).toBe(1);
    expect(output).toContain("EKSWIN-FAILED updates 20-windows-updates: no luck");
    expect(stepsOf(transcript)).toEqual(["10-plain", "20-windows-updates"]);
    expect(calls).toEqual(expect.arrayContaining(["DeleteKeyPair", "DeleteSecurityGroup", "TerminateInstances"]));
    expect(calls).not.toContain("CreateImage");
  },
  TIMEOUT_MS,
);

test.concurrent(
  "a machine that does not come back from a restart fails the build in its time",
  async () => {
    const { machines, build } = workshop;
    machines.behave({ step: "restart", when: ({ tags }) => tags.purpose === "gone", hang: true });

    const { exitCode, output, transcript } = await build({ purpose: "gone", variables: { restart_timeout: "6s" } });

    expect(exitCode).toBe(1);
    expect(output).toContain("Timeout waiting for machine to restart");
    expect(stepsOf(transcript).at(-1)).toBe("restart");
  },
  TIMEOUT_MS,
);

test.concurrent(
  "with a wrong password nobody gets in",
  async () => {
    const { exitCode, output, transcript } = await workshop.build({
      purpose: "locked",
      variables: { winrm_timeout: "6s" },
    });

    expect(exitCode).toBe(1);
    expect(output).toContain("Timeout waiting for WinRM");
    expect(transcript.entries).toContainEqual(
      expect.objectContaining({ kind: "login refused", user: "Administrator" }),
    );
    expect(transcript.entries.some(({ kind }) => kind === "upload")).toBe(false);
  },
  TIMEOUT_MS,
);

test.concurrent(
  "a broken connection makes Packer run the step again, and a missing file arrive as an empty one",
  async () => {
    const { machines, build } = workshop;
    machines.behave({ step: "10-plain", when: ({ tags }) => tags.purpose === "shaky", dropConnection: true, times: 1 });

    const { exitCode, output, transcript, read } = await build({ purpose: "shaky" });

    expect(exitCode, output).toBe(0);
    expect(stepsOf(transcript).slice(0, 3)).toEqual(["10-plain", "10-plain", "20-windows-updates"]);
    expect(transcript.entries).toContainEqual(
      expect.objectContaining({ kind: "download", path: reportPath, found: false }),
    );
    expect(read("report.json")).toBe("");
  },
  TIMEOUT_MS,
);

test.concurrent(
  "a script that hangs outlives its timeout, and SIGTERM then ends Packer without leftovers",
  async () => {
    const { machines, build } = workshop;
    machines.behave({ step: "10-plain", when: ({ tags }) => tags.purpose === "hanging", hang: true });

    const { exitCode, transcript, calls } = await build({
      purpose: "hanging",
      variables: { step_timeout: "2s" },
      terminateAt: "Cancelling provisioner after a timeout",
    });

    expect(exitCode).toBe(1);
    const scripts = transcript.entries.filter(({ kind }) => kind === "script");
    expect(scripts).toEqual([expect.objectContaining({ step: "10-plain", exitCode: null })]);
    expect(calls).toEqual(expect.arrayContaining(["DeleteKeyPair", "DeleteSecurityGroup", "TerminateInstances"]));
  },
  TIMEOUT_MS,
);

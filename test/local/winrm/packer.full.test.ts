import { readFileSync } from "node:fs";
import { DescribeImagesCommand } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { entriesAfter, stepsOf, uploadedBytes } from "../../../local/winrm/transcript.ts";
import { openWorkshop, type Progress, type Workshop } from "./packer-builds.ts";

// Real Packer against the stand-in. A build takes at least 15 s, which Packer mostly sleeps. The builds run side by
// side; tests with two builds come first.
const reportPath = "C:/ProgramData/fixture/report.json";
let workshop: Workshop;

/** Packer tries to log in until its winrm_timeout ends, so these builds are stopped once the result is clear. */
function twiceRefused({ transcript }: Progress): boolean {
  return (transcript?.entries.filter(({ kind }) => kind === "login refused").length ?? 0) >= 2;
}

beforeAll(async () => {
  workshop = await openWorkshop();
});

afterAll(async () => {
  await workshop.stop();
});

test.concurrent("a machine starts with the contents that the build of its image left", async () => {
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
});

test.concurrent("an image that was never generalized rejects the new instance's password", async () => {
  const { machines, build } = workshop;
  machines.behave({ step: "90-sysprep", when: ({ tags }) => tags.purpose === "unsealed", staysOn: true });

  const unsealed = await build({ purpose: "unsealed", variables: { stops_itself: "false" } });
  const variables = { source_ami: unsealed.image() };
  const { exitCode, output, transcript } = await build({
    purpose: "unopened",
    variables,
    terminateWhen: twiceRefused,
  });

  expect(unsealed.exitCode, unsealed.output).toBe(0);
  expect(exitCode).toBe(1);
  expect(output).toContain("Waiting for WinRM to become available");
  expect(output).not.toContain("Connected to WinRM");
  expect(transcript.entries).toContainEqual(expect.objectContaining({ kind: "login refused" }));
});

test.concurrent("a build runs its steps in order, ends when the machine stops itself, and creates an image", async () => {
  const { machines, emulator, ec2, sourceImage, build } = workshop;
  machines.behave({
    step: "10-plain",
    when: ({ tags }) => tags.purpose === "whole",
    files: { [reportPath]: '{"größe":1}' },
  });

  const { exitCode, output, transcript, calls, read, image } = await build({ purpose: "whole" });

  expect(exitCode, output).toBe(0);
  expect(stepsOf(transcript)).toEqual(["10-plain", "20-windows-updates", "restart", "inline", "90-sysprep"]);
  expect(entriesAfter(transcript, "90-sysprep")).toEqual([expect.objectContaining({ kind: "shutdown", by: "itself" })]);
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
});

test.concurrent("a failing script fails the build with its message, and no later step runs", async () => {
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
});

test.concurrent("a build fails after restart_timeout if the machine does not come back from a restart", async () => {
  const { machines, build } = workshop;
  machines.behave({ step: "restart", when: ({ tags }) => tags.purpose === "gone", hang: true });

  const { exitCode, output, transcript } = await build({ purpose: "gone", variables: { restart_timeout: "6s" } });

  expect(exitCode).toBe(1);
  expect(output).toContain("Timeout waiting for machine to restart");
  expect(stepsOf(transcript).at(-1)).toBe("restart");
});

test.concurrent("a wrong password is rejected", async () => {
  const { exitCode, output, transcript } = await workshop.build({
    purpose: "locked",
    terminateWhen: twiceRefused,
  });

  expect(exitCode).toBe(1);
  expect(output).toContain("Waiting for WinRM to become available");
  expect(output).not.toContain("Connected to WinRM");
  expect(transcript.entries).toContainEqual(expect.objectContaining({ kind: "login refused", user: "Administrator" }));
  expect(transcript.entries.some(({ kind }) => kind === "upload")).toBe(false);
});

test.concurrent("Packer repeats a step after a broken connection, and downloads a missing file as an empty one", async () => {
  const { machines, build } = workshop;
  machines.behave({ step: "10-plain", when: ({ tags }) => tags.purpose === "shaky", dropConnection: true, times: 1 });

  const { exitCode, output, transcript, read } = await build({ purpose: "shaky" });

  expect(exitCode, output).toBe(0);
  expect(stepsOf(transcript).slice(0, 3)).toEqual(["10-plain", "10-plain", "20-windows-updates"]);
  expect(transcript.entries).toContainEqual(
    expect.objectContaining({ kind: "download", path: reportPath, found: false }),
  );
  expect(read("report.json")).toBe("");
});

test.concurrent("a hanging script outlives its timeout, and SIGTERM then ends Packer without leftovers", async () => {
  const { machines, build } = workshop;
  machines.behave({ step: "10-plain", when: ({ tags }) => tags.purpose === "hanging", hang: true });

  const { exitCode, transcript, calls } = await build({
    purpose: "hanging",
    variables: { step_timeout: "90s" },
    terminateWhen: ({ output }) => output.includes("Cancelling provisioner after a timeout"),
  });

  expect(exitCode).toBe(1);
  const scripts = transcript.entries.filter(({ kind }) => kind === "script");
  expect(scripts).toEqual([expect.objectContaining({ step: "10-plain", exitCode: null })]);
  expect(calls).toEqual(expect.arrayContaining(["DeleteKeyPair", "DeleteSecurityGroup", "TerminateInstances"]));
});

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { lookAt } from "../../commands/first-contact/contact.ts";
import { FirstContact } from "../../commands/first-contact/file.ts";
import { imagesToSee } from "../../commands/first-contact/images.ts";
import { parseConfiguration } from "../../functions/config/configuration.ts";
import { type Emulator, startEmulator } from "../../local/aws/emulator.ts";
import { createClock } from "../../local/clock/clock.ts";
import { installTools } from "../../local/tools/install.ts";
import { type Machines, startMachines } from "../../local/winrm/machines.ts";
import { untilDone } from "../standstill.ts";
import { packerDirectory } from "./powershell.ts";
import { expectRecorded } from "./recorded-order.ts";

// The real Packer looks at one machine of an unchanged image, for about half a minute.
const imageName = "Windows_Server-2022-English-Core-EKS_Optimized-1.35-2026.10.14";
let directory: string;
let emulator: Emulator;
let machines: Machines;
let image: string;
let contact: FirstContact;

beforeAll(async () => {
  const tools = await installTools(() => {});
  directory = mkdtempSync(join(tmpdir(), "p-"));
  emulator = await startEmulator({ tools, dir: directory, clock: createClock(join(directory, "clock")) });
  machines = await startMachines({ emulator, password: emulator.password, packerDir: packerDirectory, log: () => {} });
  image = await emulator.addPublicImage({ name: imageName });
  const { vpcId, subnetId } = emulator.network;
  const { variants, policies } = parseConfiguration({
    variants: [{ windows: 2022, kubernetes: "1.35" }],
    policies: { network: { kind: "vpc", vpcId, subnetIds: [subnetId] } },
  });
  const images = imagesToSee({ variants });
  await emulator.setPublicParameter(images[0]?.parameter ?? "", image);
  for (const [name, value] of Object.entries(emulator.environment)) vi.stubEnv(name, value);
  const packer = { binary: tools.packer, pluginPath: tools.pluginPath, version: tools.versions.packer };
  const place = { region: emulator.region, address: "203.0.113.7", policies, packer };
  let said = "";
  const looked = lookAt(images, place, pathToFileURL(`${directory}/`), "2026-11-30", (text) => {
    said += text;
  }).catch((error: Error) => {
    throw new Error(said, { cause: error });
  });
  await untilDone(
    "the first contact",
    looked,
    async () => `${said.length} of log, ${(await emulator.calls()).length} calls`,
  );
  contact = FirstContact.parse(JSON.parse(readFileSync(join(directory, "2022-EKS_Optimized.json"), "utf8")));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await machines?.stop();
  await emulator?.stop();
  rmSync(directory, { recursive: true, force: true });
});

test("the file says of which image it is", () => {
  expect(contact).toMatchObject({ windows: "2022", family: "EKS_Optimized", kubernetes: "1.35", seen: "2026-11-30" });
  expect(contact.image).toMatchObject({ id: image, name: imageName });
});

test("the file has the answers of the guest, redacted, and says what is unknown", () => {
  expect(contact.facts.osBuild).toBe("20348.2849");
  expect(contact.facts.programs).toMatchObject({ "kubelet.exe": "1.35.5" });
  expect(contact.facts.checks).toContainEqual({ name: "cri-loaded", passed: true, detail: "" });
  expect(Object.keys(contact.unknown)).toContain("defender");
  expect(JSON.stringify(contact)).not.toContain("203.0.113.7");
});

test("what Packer does to the machine is the recorded order", async () => {
  const [machine] = machines.transcripts();
  expect(machine).toBeDefined();
  if (machine) await expectRecorded("first-contact", machine);
});

test("the machine has no role, admits the given address only, and is gone", async () => {
  const calls = await emulator.calls();
  const parametersOf = (name: string) =>
    calls.filter(({ operation }) => operation === name).map((each) => each.parameters);

  expect(parametersOf("RunInstances").map(({ IamInstanceProfile }) => IamInstanceProfile)).toEqual([{ Name: "" }]);
  expect(parametersOf("AuthorizeSecurityGroupIngress").map(({ IpPermissions }) => IpPermissions)).toEqual([
    [expect.objectContaining({ IpRanges: [{ CidrIp: "203.0.113.7/32" }] })],
  ]);
  expect(parametersOf("TerminateInstances")).toHaveLength(1);
  expect(parametersOf("CreateImage")).toEqual([]);
});

test("nothing of the guest's answers stays on this machine except the file", () => {
  expect(readdirSync(directory).filter((name) => name.endsWith(".json"))).toEqual(["2022-EKS_Optimized.json"]);
});

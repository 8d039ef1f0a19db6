import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { buildMinutes, proofWaits, waits } from "../../infra/waits.ts";

const image = readFileSync(new URL("../../packer/waits.pkr.hcl", import.meta.url), "utf8");
const proof = readFileSync(new URL("../../packer/proof/waits.pkr.hcl", import.meta.url), "utf8");

test.each([
  ["image", image, "windows_password_timeout", waits.windowsPassword],
  ["image", image, "winrm_timeout", waits.winrm],
  ["image", image, "updates_timeout", waits.updates],
  ["image", image, "restart_timeout", waits.restart],
  ["image", image, "container_images_timeout", waits.containerImages],
  ["image", image, "step_timeout", waits.step],
  ["proof", proof, "windows_password_timeout", proofWaits.windowsPassword],
  ["proof", proof, "winrm_timeout", proofWaits.winrm],
  ["proof", proof, "step_timeout", proofWaits.step],
])("CodeBuild's timeout reckons with the %s's template, wait %#", (_, declarations, variable, minutes) => {
  const declared = inMinutes(defaultOf(declarations, variable));

  expect(minutes).toBe(declared);
});

test.each([
  ["image", image, waits],
  ["proof", proof, proofWaits],
])("CodeBuild's timeout reckons with how long the %s's template polls AWS", (_, declarations, { awsState }) => {
  const delay = Number(defaultOf(declarations, "aws_poll_delay_seconds"));
  const attempts = Number(defaultOf(declarations, "aws_poll_max_attempts"));

  expect(awsState).toBe((delay * attempts) / 60);
});

test.each([
  ["image", image, waits],
  ["proof", proof, proofWaits],
])("every wait that the %s's template declares is reckoned with", (_, declarations, known) => {
  const declared = [...declarations.matchAll(/^variable "(\w+)"/gm)];

  // Delay and attempts are two variables of one wait.
  expect(declared).toHaveLength(Object.keys(known).length + 1);
});

test("CodeBuild's timeout has room for every step, and for every state of AWS: running, stopped, imaged, gone", () => {
  const steps = { image: stepsOf("../../packer/build.pkr.hcl"), proof: stepsOf("../../packer/proof/build.pkr.hcl") };
  const rounds = 2 * (waits.updates + waits.restart);
  const image = waits.windowsPassword + waits.winrm + steps.image * waits.step + waits.containerImages;
  const proof = proofWaits.windowsPassword + proofWaits.winrm + steps.proof * proofWaits.step;
  const aws = 4 * waits.awsState + 3 * proofWaits.awsState;
  const aroundPacker = 60;

  expect(buildMinutes(2)).toBe(image + rounds + proof + aws + aroundPacker);
});

test("the most rounds that the configuration takes fit into CodeBuild's time", () => {
  expect(buildMinutes(5)).toBeLessThanOrEqual(2160);
});

test("a round of updates more is three hours more", () => {
  expect(buildMinutes(3) - buildMinutes(2)).toBe(180);
});

test("more rounds of updates than CodeBuild has time for are refused by the name of the setting", () => {
  expect(() => buildMinutes(10)).toThrow("policies.updateRounds is 10");
});

function defaultOf(declarations: string, variable: string): string {
  const block = declarations.split(/^variable /m).find((text) => text.startsWith(`"${variable}"`));
  return /default\s+= "?([^"\n]+)"?/.exec(block ?? "")?.[1] ?? `no default of ${variable}`;
}

function stepsOf(template: string): number {
  const text = readFileSync(new URL(template, import.meta.url), "utf8");
  return [...text.matchAll(/timeout\s+= var\.step_timeout/g)].length;
}

function inMinutes(span: string): number {
  const [, amount, unit] = /^(\d+)([smh])$/.exec(span) ?? [];
  return Number(amount) * { s: 1 / 60, m: 1, h: 60 }[unit as "s" | "m" | "h"];
}

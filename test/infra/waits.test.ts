import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { buildMinutes, proofWaits, secondProofMinutes, waits } from "../../infra/waits.ts";

const image = readFileSync(new URL("../../packer/waits.pkr.hcl", import.meta.url), "utf8");
const proof = readFileSync(new URL("../../packer/proof/waits.pkr.hcl", import.meta.url), "utf8");

test.each([
  ["image", image, "windows_password_timeout", waits.windowsPassword],
  ["image", image, "winrm_timeout", waits.winrm],
  ["image", image, "updates_timeout", waits.updates],
  ["image", image, "restart_timeout", waits.restart],
  ["image", image, "upkeep_timeout", waits.upkeep],
  ["image", image, "container_images_timeout", waits.containerImages],
  ["image", image, "custom_timeout", waits.custom],
  ["image", image, "step_timeout", waits.step],
  ["proof", proof, "windows_password_timeout", proofWaits.windowsPassword],
  ["proof", proof, "winrm_timeout", proofWaits.winrm],
  ["proof", proof, "step_timeout", proofWaits.step],
])("CodeBuild's timeout uses the default of the %s's template: wait %#", (_, declarations, variable, minutes) => {
  const declared = inMinutes(defaultOf(declarations, variable));

  expect(minutes).toBe(declared);
});

test.each([
  ["image", image, waits],
  ["proof", proof, proofWaits],
])("CodeBuild's timeout uses the polling time of the %s's template", (_, declarations, { awsState }) => {
  const delay = Number(defaultOf(declarations, "aws_poll_delay_seconds"));
  const attempts = Number(defaultOf(declarations, "aws_poll_max_attempts"));

  expect(awsState).toBe((delay * attempts) / 60);
});

test.each([
  ["image", image, waits],
  ["proof", proof, proofWaits],
])("CodeBuild's timeout includes every wait that the %s's template declares", (_, declarations, known) => {
  const declared = [...declarations.matchAll(/^variable "(\w+)"/gm)].filter(([, name]) => !name?.endsWith("_minutes"));

  // Delay and attempts are two variables of one wait. Minutes of servicing and upkeep are part of the wait for their step.
  expect(declared).toHaveLength(Object.keys(known).length + 1);
});

test("CodeBuild's timeout includes every step and every AWS state: running, stopped, imaged, terminated", () => {
  const steps = { image: stepsOf("../../packer/build.pkr.hcl"), proof: stepsOf("../../packer/proof/build.pkr.hcl") };
  const rounds = 2 * (waits.updates + waits.restart);
  const long = waits.upkeep + waits.containerImages + waits.custom + 2 * waits.restart;
  const image = waits.windowsPassword + waits.winrm + steps.image * waits.step + long;
  const proof = proofWaits.windowsPassword + proofWaits.winrm + steps.proof * proofWaits.step;
  const aws = 4 * waits.awsState + 3 * proofWaits.awsState;
  const aroundPacker = 60;

  const again = proof + 3 * proofWaits.awsState;

  expect(buildMinutes(2)).toBe(image + rounds + proof + aws + aroundPacker + again);
});

/** The longest proof, and what is around Packer's runs, in minutes. */
const proving = proofWaits.windowsPassword + proofWaits.winrm + 3 * proofWaits.step + 3 * proofWaits.awsState;
const aroundPacker = 60;

test.each([1, 2, 3, 4, 5])("with %i rounds of updates, a second proof that may begin also ends in time", (rounds) => {
  expect(secondProofMinutes(rounds) + proving + aroundPacker).toBeLessThanOrEqual(buildMinutes(rounds));
});

test.each([1, 2, 3])("with %i rounds of updates, the slowest build still has time for a second proof", (rounds) => {
  const { windowsPassword, winrm, updates, restart, upkeep, containerImages, custom, step, awsState } = waits;
  const steps = stepsOf("../../packer/build.pkr.hcl") * step + 4 * awsState + 2 * restart;
  const building = windowsPassword + winrm + rounds * (updates + restart) + upkeep + containerImages + custom + steps;

  expect(secondProofMinutes(rounds)).toBe(building + proving);
});

test("the maximum of update rounds fits into CodeBuild's limit", () => {
  expect(buildMinutes(5)).toBeLessThanOrEqual(2160);
});

test("each round of updates adds its limit and that of its restart", () => {
  expect(buildMinutes(3) - buildMinutes(2)).toBe(165);
});

test("too many rounds of updates for CodeBuild's limit are refused with the name of the setting", () => {
  expect(() => buildMinutes(10)).toThrow("policies.updateRounds is 10");
});

test("two restarts are outside the update rounds: after the Containers feature and after the user's scripts", () => {
  const template = readFileSync(new URL("../../packer/build.pkr.hcl", import.meta.url), "utf8");

  expect(template.match(/^ {2}provisioner "windows-restart"/gm)).toHaveLength(2);
});

test("a harvest takes less time than a build", () => {
  const declarations = readFileSync(new URL("../../packer/harvest/waits.pkr.hcl", import.meta.url), "utf8");
  const spans = ["windows_password_timeout", "winrm_timeout"].map((name) => inMinutes(defaultOf(declarations, name)));
  const step = inMinutes(defaultOf(declarations, "step_timeout"));
  const aws =
    Number(defaultOf(declarations, "aws_poll_delay_seconds")) *
    Number(defaultOf(declarations, "aws_poll_max_attempts"));

  const minutes = sum(spans) + stepsOf("../../packer/harvest/build.pkr.hcl") * step + (3 * aws) / 60;
  expect(minutes).toBeGreaterThan(0);
  expect(minutes).toBeLessThan(buildMinutes(1));
});

function sum(minutes: number[]): number {
  return minutes.reduce((total, one) => total + one, 0);
}

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

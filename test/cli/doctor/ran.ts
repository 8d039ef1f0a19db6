import type { Report } from "../../../cli/doctor/check.ts";
import type { Line } from "../../../cli/doctor/lines.ts";
import type { ConfigurationInput } from "../../../functions/config/configuration.ts";
import { fleets, volumeKeyArn } from "../../infra/deployments.ts";
import type { Result } from "../cli.ts";

/** A configuration for which every check has something to look at. */
export const config: ConfigurationInput = {
  variants: [{ windows: 2022, kubernetes: "1.35" }],
  subscribers: [{ protocol: "email", endpoint: "ann@example.com" }],
  operators: [{ protocol: "email", endpoint: "bob@example.com" }],
  fleets: fleets.slice(0, 1),
  policies: { fastLaunch: {}, volumeKeyArn },
};

/** For `beforeEach`: the SDK finds these, and asks no instance for others. */
export function giveCredentials(): void {
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_EC2_METADATA_DISABLED: "true",
  });
}

/** What the service answers: one fleet in this state. */
export const answering = (state: string) => async () => ({
  status: 200,
  answer: { fleets: [{ fleet: "web", state, reasons: [`it is ${state}`], nodes: [] }], next: null },
});

export function reportsOf({ stdout }: Result): Report[] {
  return JSON.parse(stdout).checks;
}

/** `network: ✓ subnet-public` */
export function findingsOf(ran: Result): string[] {
  return reportsOf(ran).flatMap(({ check, lines }) => lines.map(({ mark, finding }) => `${check}: ${mark} ${finding}`));
}

export function linesOf(ran: Result): Line[] {
  return reportsOf(ran).flatMap(({ lines }) => lines);
}

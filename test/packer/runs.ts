import { describe, expect, test } from "vitest";
import type { Transcript } from "../../local/winrm/transcript.ts";
import { callsOf } from "./calls.ts";
import { givenTo, secretsIn } from "./secrets.ts";
import type { Part, Run } from "./workshop.ts";

/** The machine that the image is made from, or that is harvested. */
export function build(run: Run): Part {
  return run.parts[0] as Part;
}

export function proof(run: Run): Part {
  return run.parts[1] as Part;
}

export function machine(run: Run): Transcript {
  return build(run).transcript;
}

/** Packer's variables in the order. */
export function variablesOf({ order }: Run): { image_name: string; image_tags: Record<string, string> } {
  return JSON.parse(order.variables.PACKER_VARIABLES ?? "");
}

/** The tags of everything that a run creates. */
export function runTags(run: Run): Record<string, string> {
  return {
    Name: variablesOf(run).image_name,
    "eks-windows-images:stage": "production",
    "eks-windows-images:variant": run.order.variant,
    "eks-windows-images:token": run.order.token,
  };
}

/** Tests that apply to every run of Packer. */
export function describeRun(name: string, run: () => Run): void {
  describe(name, () => {
    test("succeeds", () => {
      expect(run().succeeded, run().log).toBe(true);
    });

    test("gives its machines no password and no credentials", () => {
      const { parts, secrets } = run();

      expect(secrets).toHaveLength(3 + parts.length);
      for (const { transcript } of parts) expect(secretsIn(givenTo(transcript), secrets)).toEqual([]);
    });

    test("opens its machines to the given address only", () => {
      for (const part of run().parts)
        expect(callsOf(part, "AuthorizeSecurityGroupIngress").map(({ IpPermissions }) => IpPermissions)).toEqual([
          [{ IpProtocol: "tcp", FromPort: 5986, ToPort: 5986, IpRanges: [{ CidrIp: "203.0.113.7/32" }] }],
        ]);
    });
  });
}

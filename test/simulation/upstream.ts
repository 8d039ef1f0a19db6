import { iso } from "../../functions/config/time.ts";
import { baseParameterOf, harvestParameterOf } from "../../functions/domain/upstream.ts";
import { amiId } from "../big-world-lives.ts";
import { day, hour } from "../world.ts";
import type { Simulation } from "./simulation.ts";

/** What the Kubernetes release host and EKS answer. */
export interface Upstream {
  /** The newest patch by minor. */
  patches: Map<string, number>;
  /** From when a version's Windows binaries can be downloaded, in milliseconds since the epoch. */
  binariesSince: Map<string, number>;
  /** Until when the host names a version that is older by one; milliseconds since the epoch. */
  lagsUntil: number;
  /** Until when the host answers with errors. */
  silentUntil: number;
}

const amazon = "801119661308";

/** Publishes an image behind a public parameter. */
export function releaseAmi(s: Simulation, parameter: string): void {
  const id = amiId(`${parameter} ${s.now()}`);
  const version = (s.account.parameters.get(parameter)?.Version ?? 0) + 1;
  s.account.images.set(id, { ImageId: id, OwnerId: amazon, State: "available", CreationDate: iso(s.now()) });
  s.account.parameters.set(parameter, { Name: parameter, Value: id, Version: version });
  s.tell(`AWS releases ${id} as ${parameter}`);
}

/** The parameters that the configured variants depend on. */
export function publicParameters({ configuration }: Simulation): string[] {
  const all = configuration.variants.flatMap((variant) =>
    [baseParameterOf(variant), harvestParameterOf(variant) ?? []].flat(),
  );
  return [...new Set(all)];
}

/** Something that happens upstream. */
export const upstreamEvents = {
  "new base": (s) => releaseAmi(s, s.random.named(`base ${s.now()}`).pick(publicParameters(s))),
  "new patch": (s) => {
    const random = s.random.named(`patch ${s.now()}`);
    const minor = random.pick([...s.upstream.patches.keys()]);
    const patch = (s.upstream.patches.get(minor) ?? 0) + 1;
    s.upstream.patches.set(minor, patch);
    s.account.clusterVersions.set(minor, `${minor}.${patch}`);
    // Windows binaries sometimes come hours after the text that names the version.
    s.upstream.binariesSince.set(`${minor}.${patch}`, s.now() + (random.chance(0.4) ? random.between(0, 8) * hour : 0));
    s.tell(`Kubernetes ${minor}.${patch} is released`);
  },
  "host lags": (s) => {
    s.upstream.lagsUntil = s.now() + s.random.named(`lag ${s.now()}`).between(0, day);
    s.tell("the release host repeats an older answer");
  },
  "host is silent": (s) => {
    s.upstream.silentUntil = s.now() + s.random.named(`silence ${s.now()}`).between(0, day / 2);
    s.tell("the release host answers 503");
  },
  "base withdrawn": (s) => {
    const parameter = s.random.named(`withdrawal ${s.now()}`).pick(publicParameters(s));
    const id = s.account.parameters.get(parameter)?.Value ?? "";
    s.account.images.delete(id);
    s.tell(`AWS withdraws ${id}`);
  },
} satisfies Record<string, (s: Simulation) => void>;

/** Answers a request of the release host. */
export function answerFetch(s: Simulation, url: string): { status: number; body: string } {
  if (s.upstream.silentUntil > s.now()) return { status: 503, body: "" };
  const [, minor] = /\/release\/stable-(\d+\.\d+)\.txt$/.exec(url) ?? [];
  if (minor !== undefined) {
    const patch = s.upstream.patches.get(minor);
    if (patch === undefined) return { status: 404, body: "" };
    const shown = s.upstream.lagsUntil > s.now() ? Math.max(0, patch - 1) : patch;
    return { status: 200, body: `v${minor}.${shown}` };
  }
  const [, version = ""] = /\/v([\d.]+)\/bin\//.exec(url) ?? [];
  const since = s.upstream.binariesSince.get(version) ?? 0;
  return since > s.now() ? { status: 404, body: "" } : { status: 200, body: "a".repeat(64) };
}

/** Everything upstream answers again, and what a base parameter names exists. */
export function mendUpstream(s: Simulation): void {
  s.upstream.lagsUntil = 0;
  s.upstream.silentUntil = 0;
  s.upstream.binariesSince.clear();
  for (const parameter of publicParameters(s)) {
    const id = s.account.parameters.get(parameter)?.Value ?? "";
    if (!s.account.images.has(id)) releaseAmi(s, parameter);
  }
}

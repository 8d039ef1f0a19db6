import type { SQSEvent } from "aws-lambda";
import { functionUrlCall } from "../../functions/api/direct-calls.ts";
import { createHandler as createApi } from "../../functions/api/handler.ts";
import {
  type Configuration,
  type ConfigurationInput,
  parseConfiguration,
} from "../../functions/config/configuration.ts";
import { sha256 } from "../../functions/domain/inputs.ts";
import { createHandler as createReconcile } from "../../functions/reconcile/handler.ts";
import { whyUndocumented } from "../documented-answers.ts";
import { ownerId, ownRegion } from "../memory-aws/account.ts";
import type { Random } from "../random.ts";
import type { Functions, Simulation } from "./simulation.ts";

/** Deploys a configuration: from now on its handlers run. */
export function deploy(s: Simulation, configuration: Configuration): void {
  s.configuration = configuration;
  s.becomeStricter = () => change(s, { soak: "24h", approval: "manual" });
  s.functions = functionsOf(s);
}

/** The real handlers of a deployment. */
function functionsOf(s: Simulation): Functions {
  const { environment, configuration, counts } = s;
  const reconcile = createReconcile(environment, configuration);
  const api = createApi(environment, configuration);
  const lambda = (remaining: () => number) =>
    ({ awsRequestId: `request-${++counts.requests}`, getRemainingTimeInMillis: remaining }) as never;
  return {
    async reconcile(body, remaining) {
      await reconcile({ Records: [{ body }] } as SQSEvent, lambda(remaining));
    },
    async api(call, remaining) {
      const requestId = `request-${environment.STAGE}-${++counts.requests}`;
      const event = functionUrlCall(
        { ...call, body: JSON.stringify(call.body) },
        { requestId, userArn: "arn:aws:iam::123456789012:user/ann" },
      );
      const { statusCode, body = "" } = await api(event, lambda(remaining));
      const status = Number(statusCode);
      const why = whyUndocumented({ ...call, status, body });
      if (why) s.violate("every answer is as documented", why);
      return status;
    },
  };
}

/** What a deployment may change. */
export const changes: Readonly<Record<string, (s: Simulation, random: Random) => void>> = {
  recipe(s, random) {
    s.environment = { ...s.environment, RECIPE: sha256(`recipe ${random.next()}`) };
    deploy(s, s.configuration);
    s.tell("a new recipe is deployed");
  },
  soak: (s, random) => change(s, { soak: random.pick(["30m", "6h", "24h"]) }),
  approval: (s, random) => change(s, { approval: random.pick(["none", "manual"] as const) }),
  "kept images": (s, random) => change(s, { retention: retentionOf(random) }),
  "disabling of revoked images": (s, random) => change(s, { disableRevoked: random.chance(0.5) }),
  publishing: (s, random) => change(s, { publish: random.chance(0.7) }),
  settings(s, random) {
    const containerImages = [`registry.example.com/agent:${random.whole(1, 1000)}`];
    const variants = s.configuration.variants.map((variant) => ({ ...variant, containerImages }));
    deploy(s, { ...s.configuration, variants });
    s.tell("other container images are deployed");
  },
  "Kubernetes minor"(s, random) {
    const index = random.whole(0, s.configuration.variants.length);
    const variants = s.configuration.variants.map((variant, at) =>
      at === index ? { ...variant, kubernetes: variant.kubernetes === "1.35" ? "1.36" : "1.35" } : variant,
    );
    deploy(s, { ...s.configuration, variants });
    s.tell(`${variants[index]?.name} gets Kubernetes ${variants[index]?.kubernetes}`);
  },
};

/** A configuration to begin with: mostly one variant, with policies whose times fit into a history. */
export function firstConfiguration(
  random: Random,
  stage: string,
  {
    fleets = [],
    places = [],
    slowStart,
    fastLaunch,
  }: Pick<ConfigurationInput, "fleets" | "places"> &
    Pick<NonNullable<ConfigurationInput["policies"]>, "slowStart" | "fastLaunch"> = {},
): Configuration {
  const count = random.pick([1, 1, 1, 2, 3]);
  const variants = Array.from({ length: count }, (_, index) => ({
    name: `line-${index}`,
    windows: 2022 as const,
    kubernetes: "1.35",
    base: random.chance(0.25) ? ("Base" as const) : ("EKS_Optimized" as const),
  }));
  return parseConfiguration({
    variants,
    fleets,
    places,
    policies: {
      // What is shared needs a key that can be, too.
      ...(places.length > 0 && { volumeKeyArn: `arn:aws:kms:${ownRegion}:${ownerId}:key/0123abcd` }),
      soak: random.pick(["30m", "6h", "24h"]),
      approval: random.chance(0.2) ? "manual" : "none",
      minInterval: random.pick(["1h", "20h"]),
      maxParallel: random.whole(1, 4),
      disableRevoked: random.chance(0.4),
      retention: retentionOf(random),
      slowStart,
      fastLaunch,
      kubernetesSource: random.chance(0.2) ? "eks" : "upstream",
      // Each history has a host of its own: the functions remember which releases they have seen there.
      kubernetesReleaseUrl: `https://${stage}.example.com`,
    },
  });
}

function retentionOf(random: Random): NonNullable<ConfigurationInput["policies"]>["retention"] {
  return {
    keep: random.whole(2, 4),
    minAge: random.pick(["12h", "2d"]),
    unprovedAfter: random.pick(["12h", "1d"]),
    grace: random.pick(["1d", "2d"]),
    deregister: random.chance(0.5),
  };
}

function change(s: Simulation, policies: NonNullable<ConfigurationInput["policies"]>): void {
  const { variants } = s.configuration;
  // Parsed once more, so that a change says what config.ts would say.
  const { policies: parsed } = parseConfiguration({
    variants: variants.map(({ name }) => ({ name, windows: 2022 as const, kubernetes: "1.35" })),
    policies,
  });
  const names = Object.keys(policies) as (keyof typeof parsed)[];
  const changed = Object.fromEntries(names.map((name) => [name, parsed[name]]));
  deploy(s, { ...s.configuration, policies: { ...s.configuration.policies, ...changed } });
  s.tell(`deployed: ${JSON.stringify(changed)}`);
}

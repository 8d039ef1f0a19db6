import type { Call } from "../test/memory-aws/endpoint.ts";
import type { Group } from "./group.ts";
import { median } from "./median.ts";
import { type RunCost, runReconcile } from "./reconcile-process.ts";
import { shareOfRates } from "./share-of-rates.ts";

/**
 * Calls of a run for 12 variants that must follow each other: three pages of channels, of ten parameters each, and then
 * what uses the old images that no channel holds. All others run beside them.
 */
const longestChain = 4;
const latency = 100;

/**
 * What a reconcile run costs that finds nothing to do: in a process of its own, as deployed, in an account with 20
 * images a variant, of which all but three are disabled.
 *
 * The pages of what must be read are the limit of the calls: two channels a variant at ten parameters a page (0.207 with
 * those of removed variants), five records an image at 1,000 keys (0.11), four builds a month at 100 a call, listed and
 * described (0.08, half of it in the next run), images and snapshots at 1,000 (0.04), notifications (0.02). Fewer calls
 * need a copy of what others may change: DescribeParameters tells versions at 50 a page, but AWS does not say how far
 * it lags, and an index of records would have to be believed.
 */
export const reading: Group = {
  figures: [
    { key: "rssMb12", what: "peak memory of a reconcile, 12 variants", unit: "MB", atMost: 170 },
    { key: "rssMb1000", what: "the same, 1,000 variants", unit: "MB", atMost: 250 },
    { key: "callsNoop12", what: "AWS calls of a reconcile, 12 variants", unit: "", atMost: 18 },
    {
      key: "callsPerVariant1000",
      what: "AWS calls a variant of a reconcile in a new process, 1,000 variants",
      unit: "",
      atMost: 0.3,
    },
    { key: "callsPerVariantAgain", what: "the same, next run of the process", unit: "", atMost: 0.3 },
    { key: "kubernetesRequests", what: "requests to the Kubernetes host for a version", unit: "", atMost: 2 },
    { key: "kubernetesRequestsAgain", what: "the same, next run of the process", unit: "", atMost: 0 },
    {
      key: "callRateShare",
      what: "most that a run for 1,000 variants takes of the default rates of EC2 and Parameter Store",
      unit: "",
      atMost: 0.5,
    },
    {
      key: "latencyRatio",
      what: `time of a reconcile, 12 variants, ${latency} ms a call, against ${longestChain} calls`,
      unit: "",
      atMost: 1.3,
    },
  ],
  async measure() {
    // The peak varies by 20 MB with what V8 compiles at the same time.
    const starts: RunCost[] = [];
    for (let start = 0; start < 5; start++) starts.push(...(await runReconcile({ variants: 12, runs: 1 })));
    const [many, again] = (await runReconcile({ variants: 1_000, runs: 2 })) as [RunCost, RunCost];
    const slow = await runReconcile({ variants: 12, runs: 12, latency });
    // What the process compiles in its first runs is part of its cold start.
    const times = slow.slice(1).map(({ milliseconds }) => milliseconds);
    return {
      rssMb12: median(starts.map(({ peak }) => peak)) / 1e6,
      rssMb1000: many.peak / 1e6,
      callsNoop12: Math.max(...starts.map(({ calls }) => ofAws(calls).length)),
      callsPerVariant1000: ofAws(many.calls).length / 1_000,
      callsPerVariantAgain: ofAws(again.calls).length / 1_000,
      kubernetesRequests: aboutVersion(many.calls).length,
      kubernetesRequestsAgain: aboutVersion(again.calls).length,
      callRateShare: Math.max(shareOfRates(many.calls), shareOfRates(again.calls)),
      latencyRatio: median(times) / (longestChain * latency),
    };
  },
};

function ofAws(calls: readonly Call[]): Call[] {
  return calls.filter(({ service }) => service !== "kubernetes");
}

function aboutVersion(calls: readonly Call[]): Call[] {
  return calls.filter(({ operation }) => operation.includes("/bin/windows/"));
}

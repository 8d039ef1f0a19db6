import type { MetricUnit } from "@aws-lambda-powertools/metrics/types";

/** Namespace of the service's own metrics in CloudWatch. */
export const metricsNamespace = "eks-windows-images";

/** Dimensions of every metric. They separate the stages of an account. */
export function metricDimensions(stage: string) {
  return { service: "reconcile", stage };
}

/**
 * The service's own metrics with their units. None has a dimension for the variant: a custom metric costs 0.30 USD a
 * month for each combination of dimensions (the first ten of an account are free), so 20 variants would raise 2 USD a
 * month to 42. The log (`standing`) and the status describe single variants.
 *
 * A custom metric costs money only in the hours in which it is sent. Every run sends the first one, the sign that runs
 * complete and that what they measure arrives. The others are sent by runs that have something to count, a few cents.
 * CodeBuild's metrics of the project are free and count every build, including harvests, proofs and builds that people
 * start.
 */
export const metricUnits = {
  /** Of completed runs. The number of samples is the number of runs. */
  ReconcileDuration: "Milliseconds",
  /** Of the variant that has been behind its inputs for longest. A lower bound: see `stalenessOf`. */
  HoursBehind: "None",
  /** Variants that are behind and whose last build failed. */
  FailingVariants: "Count",
  /** Upstream sources without a release for `silentAfter`, or with nothing for a variant. */
  SilentSources: "Count",
  /** Variants that cannot be built: an upstream does not answer or lacks something, or CodeBuild has no room. */
  BlockedVariants: "Count",
  /** Available images whose tags claim more than their records say: forged, copied or from before records. */
  UnrecordedImages: "Count",
  /** Actions that a run tried and AWS refused, and one more if it could not look for what builds left behind. */
  ActionsFailed: "Count",
  /** Variants that the service gave up, or that have been failing for longer than a day. */
  StuckVariants: "Count",
  /** Of the pause that has lasted longest. */
  HoursPaused: "None",
  /** What has the tags of an ended build and the run found, whether it removed that, only reports it or cannot say. */
  Leftovers: "Count",
  /** Of the slowest variant: how long its newest published image takes to start. Sent for a day after a publication. */
  SlowestStartSeconds: "Seconds",
  /** Nodes of fleets that run another image than their channel holds. */
  NodesBehind: "Count",
  /** Age of the oldest image that a node of a fleet runs. */
  OldestNodeImageHours: "None",
  /**
   * Fleets whose rollout has failed, is stuck or is refused, that somebody else has moved, or whose nodes run or would
   * start a revoked image.
   */
  FleetsInTrouble: "Count",
  /** Images whose Fast Launch EC2 could not begin, keep up or end. */
  FastLaunchFailures: "Count",
  BuildsStarted: "Count",
  BuildsSucceeded: "Count",
  BuildsFailed: "Count",
} as const satisfies Record<string, MetricUnit>;
export type MetricName = keyof typeof metricUnits;

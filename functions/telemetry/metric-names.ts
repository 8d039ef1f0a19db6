import type { MetricUnit } from "@aws-lambda-powertools/metrics/types";

/** Namespace of the service's own metrics in CloudWatch. */
export const metricsNamespace = "eks-windows-images";

/** Dimensions of all of them: the stages of an account keep apart. */
export function metricDimensions(stage: string) {
  return { service: "reconcile", stage };
}

/**
 * The service's own metrics with their units. There is none for each variant: a custom metric costs 0.30 USD a month for each combination of
 * dimensions (the first ten of an account are free), so that 20 variants would make 2 USD a month into 42. What is known of one variant stands in
 * the log (`standing`) and in the status.
 *
 * Custom metrics are paid for the hours in which they are sent: the first four each look sends, 1.20 USD a month; the others only looks that
 * have something to count, some cents. CodeBuild's own metrics of the project are free and count the same as those of builds, its harvests and
 * proofs and other people's builds among them.
 */
export const metricUnits = {
  /** Of the variant that has been behind its inputs for longest; 0 where none is behind. At least so long: see `standingOf`. */
  HoursBehind: "None",
  /** Variants that are behind and whose last build failed. */
  FailingVariants: "Count",
  /** Sources upstream that have released nothing for `silentAfter`, or have nothing to offer. */
  SilentSources: "Count",
  /** Of a look that has come to its end; the number of its samples is the number of looks. */
  ReconcileDuration: "Milliseconds",
  /** Variants that nothing can be built for: an upstream does not answer, something is missing there, or CodeBuild has no room. */
  BlockedVariants: "Count",
  /** What a look wanted to do and AWS refused. */
  ActionsFailed: "Count",
  BuildsStarted: "Count",
  BuildsSucceeded: "Count",
  BuildsFailed: "Count",
} as const satisfies Record<string, MetricUnit>;
export type MetricName = keyof typeof metricUnits;

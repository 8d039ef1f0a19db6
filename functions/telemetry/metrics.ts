import { Metrics } from "@aws-lambda-powertools/metrics";
import { memoize } from "es-toolkit";
import { type MetricName, metricDimensions, metricsNamespace, metricUnits } from "./metric-names.ts";

/**
 * Writes one run's measurements as a line of CloudWatch's embedded metric format, which CloudWatch extracts from the
 * function's log. Powertools writes to standard output directly, so the line arrives unchanged whatever the function's
 * log format is.
 */
export function writeMeasurements(stage: string, measurements: Partial<Record<MetricName, number>>): void {
  const metrics = metricsOf(stage);
  for (const [name, value] of Object.entries(measurements) as [MetricName, number][])
    metrics.addMetric(name, metricUnits[name], value);
  metrics.publishStoredMetrics();
}

const metricsOf = memoize((stage: string): Metrics => {
  const { service, ...dimensions } = metricDimensions(stage);
  return new Metrics({ namespace: metricsNamespace, serviceName: service, defaultDimensions: dimensions });
});

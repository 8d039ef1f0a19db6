import { Metrics } from "@aws-lambda-powertools/metrics";
import { type MetricName, metricDimensions, metricsNamespace, metricUnits } from "./metric-names.ts";

/**
 * Writes one look's measurements as one line of CloudWatch's embedded metric format, which CloudWatch reads out of the function's log.
 * Powertools writes it to standard output itself, so that it arrives as it is, whatever log format the function has.
 */
export function writeMeasurements(stage: string, measurements: Partial<Record<MetricName, number>>): void {
  const { service, ...dimensions } = metricDimensions(stage);
  const metrics = new Metrics({
    namespace: metricsNamespace,
    serviceName: service,
    defaultDimensions: dimensions,
  });
  for (const [name, value] of Object.entries(measurements) as [MetricName, number][])
    metrics.addMetric(name, metricUnits[name], value);
  metrics.publishStoredMetrics();
}

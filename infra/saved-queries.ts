/** Reasons and triggers are lists. CloudWatch Logs Insights shows each entry in a column of its own. */
const reasons = "reasons.0, reasons.1, reasons.2, reasons.3";
const triggers = "triggers.0, triggers.1, triggers.2";

/** A question about the logs of the functions, in the language of CloudWatch Logs Insights. */
export interface SavedQuery {
  noun: string;
  /** The functions whose logs contain the answer. */
  of: readonly ("reconcile" | "api")[];
  lines: readonly string[];
}

/**
 * They read what `functions/reconcile/log.ts` and the API log. Saved queries are free; a query costs 0.005 USD per GB
 * that it reads.
 */
export const savedQueries = {
  built: {
    noun: "why-was-it-built",
    of: ["reconcile"],
    lines: [
      `fields @timestamp, variant, message, ${reasons}, ${triggers}, result, detail, token`,
      'filter message in ["build", "prove", "harvest", "prove-place"]',
      "sort @timestamp desc",
      "limit 200",
    ],
  },
  notBuilt: {
    noun: "why-was-it-not",
    of: ["reconcile"],
    lines: [
      `fields @timestamp, variant, fleet, message, \`for\`, ${reasons}, until, ${triggers}`,
      'filter message in ["wait", "nothing"]',
      "sort @timestamp desc",
      "limit 200",
    ],
  },
  failed: {
    noun: "what-failed",
    of: ["reconcile", "api"],
    lines: [
      "fields @timestamp, service, message, variant, fleet, error.message, fact.kind, fact.fleet, fact.failure.class, fact.failure.cause, fact.log, token",
      'filter level = "ERROR" or (message = "announce" and fact.kind not in ["published", "rolled-back", "recovered", "resumed", "rollout-begun", "rollout-done"])',
      "sort @timestamp desc",
      "limit 200",
    ],
  },
  asked: {
    noun: "who-asked",
    of: ["api"],
    lines: [
      "fields @timestamp, by, message, variant, fleet, image, reason, request, dryRun, decision.outcome, decision.why, method, path, status",
      "filter ispresent(by)",
      "sort @timestamp desc",
      "limit 200",
    ],
  },
  /**
   * Follows a token from the order through the build and the notifications to the image's publication in the channels.
   */
  became: {
    noun: "what-became-of-it",
    of: ["reconcile"],
    lines: [
      `fields token, @timestamp, variant, fleet, message, channel, image, fact.kind, result, detail, ${reasons}, ${triggers}`,
      "filter ispresent(token)",
      "sort token, @timestamp",
      "limit 1000",
    ],
  },
} as const satisfies Record<string, SavedQuery>;

export function textOf({ lines }: SavedQuery): string {
  return lines.join("\n| ");
}

import { api } from "./api.ts";
import { named } from "./names.ts";
import { reconcile } from "./reconcile.ts";
import { type SavedQuery, savedQueries, textOf } from "./saved-queries.ts";

const logs = { reconcile: logGroupOf(reconcile), api: logGroupOf(api) };

/** The saved queries' names in CloudWatch. */
export const queries = {
  built: query("WhyBuilt", savedQueries.built),
  notBuilt: query("WhyNotBuilt", savedQueries.notBuilt),
  failed: query("WhatFailed", savedQueries.failed),
  asked: query("WhoAsked", savedQueries.asked),
  became: query("WhatBecame", savedQueries.became),
};

function query(name: string, saved: SavedQuery): $util.Output<string> {
  const created = new aws.cloudwatch.QueryDefinition(name, {
    name: named(saved.noun),
    logGroupNames: saved.of.map((who) => logs[who]),
    queryString: textOf(saved),
  });
  return created.name;
}

function logGroupOf({ nodes }: sst.aws.Function): $util.Output<string> {
  return $output(nodes.function).apply(({ loggingConfig }) =>
    loggingConfig.apply(({ logGroup }) => logGroup as string),
  );
}

import { fromQuery } from "./query.ts";

/** A call, before anything is known to be valid. */
export interface Request {
  operation: string;
  parameters: Record<string, unknown>;
}

const segment = "([^/]+)";
/** Method and path of each operation, with the names of the path's parameters (REST JSON). */
const routes: readonly { operation: string; method: string; path: RegExp; names: readonly string[] }[] = [
  route("DescribeCluster", "GET", `/clusters/${segment}`, ["name"]),
  route("DescribeNodegroup", "GET", `/clusters/${segment}/node-groups/${segment}`, ["clusterName", "nodegroupName"]),
  route("UpdateNodegroupVersion", "POST", `/clusters/${segment}/node-groups/${segment}/update-version`, [
    "clusterName",
    "nodegroupName",
  ]),
  route("ListUpdates", "GET", `/clusters/${segment}/updates`, ["name"]),
  route("DescribeUpdate", "GET", `/clusters/${segment}/updates/${segment}`, ["name", "updateId"]),
];

function route(operation: string, method: string, path: string, names: readonly string[]) {
  return { operation, method, path: new RegExp(`^${path}$`), names };
}

/** A call to EKS; undefined if nothing is known at this path. */
export function eksRequest(method: string, path: string, query: URLSearchParams, body: string): Request | undefined {
  for (const { operation, method: wanted, path: pattern, names } of routes) {
    const found = method === wanted && pattern.exec(path);
    if (!found) continue;
    const inPath = names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? "")]);
    const inBody = body === "" ? {} : JSON.parse(body);
    return { operation, parameters: { ...Object.fromEntries(inPath), ...Object.fromEntries(query), ...inBody } };
  }
  return undefined;
}

/** A call to Auto Scaling. */
export function queryRequest(body: string): Request {
  const { Action, Version, ...parameters } = fromQuery(new URLSearchParams(body));
  return { operation: String(Action), parameters };
}

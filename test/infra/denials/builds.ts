import { overrideKeys } from "../../../local/policies/codebuild-requests.ts";
import { codebuild, type Denial, startBuild } from "./asks.ts";

const reconcile = "ReconcileRole";
const api = "ApiRole";
const other = "arn:aws:codebuild:us-east-1:123456789012:project/eks-windows-images-test-build";

const ofTheProject = [
  "ADDRESS_URL",
  "BUCKET",
  "STAGE",
  "PACKER_DEPLOYMENT",
  "PACKER_RELEASE_URL",
  "SECOND_PROOF_MINUTES",
];

/** Variables by which a program of a build would load code that the starter names. */
const codeOfTheirOwn = ["NODE_OPTIONS", "NODE_EXTRA_CA_CERTS", "BASH_ENV", "LD_PRELOAD", "PATH", "PACKER_PLUGIN_PATH"];

/** Starting, stopping and reading builds. */
export const buildDenials: Denial[] = [
  ...Object.keys(overrideKeys).map((override) => ({
    what: `starts a build with ${override}`,
    denied: startBuild(reconcile, { [override]: "x" }),
    allowed: startBuild(reconcile),
  })),
  ...[...ofTheProject, ...codeOfTheirOwn].map((name) => ({
    what: `starts a build with the variable ${name}`,
    denied: startBuild(reconcile, { environmentVariablesOverride: [{ name: "PURPOSE" }, { name }] }),
    allowed: startBuild(reconcile, { environmentVariablesOverride: [{ name: "PURPOSE" }] }),
  })),
  {
    what: "starts a build of another stage",
    denied: startBuild(reconcile, { projectName: other }),
    allowed: startBuild(reconcile),
  },
  {
    what: "stops a build",
    denied: { as: reconcile, action: "codebuild:StopBuild", resource: "<Builds>", context: {} },
    allowed: startBuild(reconcile),
  },
  {
    what: "reads the builds of another stage",
    denied: codebuild(reconcile, "ListBuildsForProject", { projectName: other }),
    allowed: codebuild(reconcile, "ListBuildsForProject", { projectName: "<Builds>" }),
  },
  { what: "starts a build, as api", denied: startBuild(api), allowed: startBuild(reconcile) },
];

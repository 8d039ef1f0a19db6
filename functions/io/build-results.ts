import type { Build as CodeBuildBuild } from "@aws-sdk/client-codebuild";
import * as z from "zod";
import type { ExportedVariables } from "../config/build-variables.ts";
import { clip } from "../config/clip.ts";
import { JsonText } from "../config/json.ts";
import type { Build } from "../domain/builds.ts";
import { type Failure, FailureClass } from "../domain/failures.ts";

/** A JSON array on one line, as buildspec/failure-lines.mjs limits it. A build that exports anything else has no lines. */
const FailureLines = JsonText.pipe(z.array(z.string().max(300)).max(100)).catch([]);

/** The service's word for CodeBuild's status. */
export function buildStatus({ buildStatus }: CodeBuildBuild): Build["status"] {
  if (buildStatus === "IN_PROGRESS") return "running";
  if (buildStatus === "SUCCEEDED") return "succeeded";
  return buildStatus === "STOPPED" ? "stopped" : "failed";
}

/** Why a build failed, as far as it says so; undefined if it has not failed. */
export function failureOf(build: CodeBuildBuild, exported: ExportedVariables): Failure | undefined {
  if (buildStatus(build) !== "failed") return undefined;
  const lines = FailureLines.parse(exported.FAILURE_LINES);
  if (build.buildStatus === "TIMED_OUT")
    return { class: "timed-out", cause: "the build exceeded CodeBuild's time limit", lines };
  if (build.buildStatus === "FAULT") return { class: "fault", cause: "CodeBuild itself failed", lines };
  return {
    class: FailureClass.catch(failedEarly(build) ? "fault" : "unknown").parse(exported.FAILURE_CLASS),
    cause: clip(exported.FAILURE_CAUSE || phaseMessage(build) || "the build ended without giving a cause", 500),
    lines,
  };
}

/** Phases before the buildspec's `build`. After their failure CodeBuild runs nothing that could export a class. */
const earlyPhases: readonly (string | undefined)[] = ["PROVISIONING", "DOWNLOAD_SOURCE", "INSTALL", "PRE_BUILD"];

function failedEarly({ phases = [] }: CodeBuildBuild): boolean {
  return phases.some(({ phaseType, phaseStatus }) => phaseStatus === "FAILED" && earlyPhases.includes(phaseType));
}

function phaseMessage(build: CodeBuildBuild): string | undefined {
  return build.phases?.flatMap(({ contexts = [] }) => contexts).find(({ message }) => message)?.message;
}

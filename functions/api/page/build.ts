import type { VariantStatus } from "../status.ts";
import { type Content, type Html, html } from "./html.ts";
import { code, distance, facts, list, outward, timeFrom } from "./words.ts";

type Running = NonNullable<VariantStatus["running"]>;

/** CodeBuild's phases in their order, and what ours do in them. */
const phases = [
  ["SUBMITTED", "submitted"],
  ["QUEUED", "queued"],
  ["PROVISIONING", "container starts"],
  ["DOWNLOAD_SOURCE", "recipe is fetched"],
  ["INSTALL", "Packer is installed"],
  ["PRE_BUILD", "recipe is checked"],
  ["BUILD", "image is made and proved"],
  ["POST_BUILD", "result is recorded"],
  ["UPLOAD_ARTIFACTS", "report is kept"],
  ["FINALIZING", "log is closed"],
] as const;

const kinds = { build: "Build", prove: "Proof", harvest: "Harvest", "prove-place": "Proof in a place" } as const;

/** How far a running build is, in one line and a bar. */
export function buildProgress(now: string, { phase, purpose, since }: Running): Html {
  const at = phases.findIndex(([name]) => name === phase);
  const label = `${kinds[purpose]}: ${phase}, ${at === -1 ? "a phase that is not among the known ones" : `phase ${at + 1} of ${phases.length}`}`;
  const bar =
    at === -1
      ? html`<progress aria-label="${label}"></progress>`
      : html`<progress aria-label="${label}" max="${phases.length}" value="${at + 1}"></progress>`;
  return html`${bar}<small>${kinds[purpose]} in ${phase}, started ${distance(now, since)}</small>`;
}

/** The running build with its phases and its log. */
export function runningBuild(now: string, running: VariantStatus["running"]): Content {
  if (!running) return "No build is running.";
  const at = phases.findIndex(([name]) => name === running.phase);
  const steps = phases.map(([name, what], index) => {
    const state = index < at ? "done" : index === at ? "current" : "to come";
    const current = index === at && html` aria-current="step"`;
    return html`<li class="${state.replace(" ", "-")}"${current}><b>${name}</b> <span>${what}</span><span class="aside"> (${state})</span></li>`;
  });
  return html`${buildProgress(now, running)}${facts([
    ["Build", code(running.build)],
    ["Since", timeFrom(now, running.since)],
    ["Log", outward(running.log, "log in CloudWatch")],
  ])}<ol class="phases">${steps}</ol>`;
}

/** Why the variant is or is not built. */
export function nextBuild(
  now: string,
  { nextBuild: next, drift, unknown, blockedBy, gaveUp, behindSince, unsupported, harvest }: VariantStatus,
): Content {
  const when = next.at === "now" ? "in the next reconcile run" : next.at ? timeFrom(now, next.at) : "not planned";
  return facts([
    ["Next build", when],
    ["Why", list(next.reasons)],
    ["Drift", drift.length > 0 ? list(drift) : "none: the newest image has the inputs that it should have"],
    ["Behind since", behindSince && html`at least ${timeFrom(now, behindSince)}`],
    ["Unknown", list(unknown)],
    ["Blocked by", list(blockedBy)],
    ["Given up", gaveUp && "These inputs are not built again until one changes or a person requests a build."],
    ["Harvest", harvest && (harvest.manifest ? html`from ${code(harvest.from ?? "unknown")}` : harvest.why)],
    ["Nobody mends", list(unsupported)],
  ]);
}

/** The last build that failed, with what is known of its cause. */
export function lastFailure(now: string, failure: VariantStatus["lastFailure"]): Content {
  if (!failure) return "No build has failed in the last month.";
  const { build, purpose, at, class: kind, cause, lines = [], log } = failure;
  return html`${facts([
    ["When", html`${timeFrom(now, at)}`],
    ["Class", kind ?? "unknown"],
    ["Cause", cause ?? "unknown"],
    [kinds[purpose], code(build)],
    ["Log", outward(log, "log in CloudWatch")],
  ])}${lines.length > 0 && html`<pre role="group" tabindex="0" aria-label="Last lines of ${build}">${lines.join("\n")}</pre>`}`;
}

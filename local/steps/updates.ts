import { type Update, windowsBuilds } from "../model/installation.ts";
import { list, type StepContext, saved, setting, workPath } from "./step-context.ts";
import type { StepResponse } from "./step-response.ts";

/**
 * 20-windows-updates: installs all applicable updates. Together they need one restart, in addition to those already
 * pending.
 */
export function updates(context: StepContext): Partial<StepResponse> {
  const { installation } = context.machine;
  const applicable = applicableUpdates(context);
  if (applicable.length === 0) return { stdout: "Nothing applicable is left.\r\n" };
  const results = applicable.map(({ article, title }) => ({
    articles: [article],
    title,
    phase: "install",
    result: "succeeded",
    hresult: "0x00000000",
  }));
  return {
    exitCode: 3010,
    stdout: applicable.map(({ title }) => `Installing ${title}\r\n`).join(""),
    files: { [workPath(context, "output/updates.json")]: JSON.stringify(results) },
    changes: {
      restartsWanted: installation.restartsWanted + 1,
      updates: [...installation.updates, ...applicable.map(({ article }) => article)],
      ...(applicable.some(({ raisesBuild }) => raisesBuild)
        ? { buildAfterRestart: windowsBuilds[installation.windows].updated }
        : {}),
    },
  };
}

/** 25-updates-complete: the recorded Patch Tuesday is only a claim; a higher Windows build is the evidence. */
export function updatesComplete(context: StepContext): Partial<StepResponse> {
  const { build, offered, restartsWanted } = context.machine.installation;
  if (restartsWanted > 0) throw new Error("Windows wants one more restart after the last round (RebootPending).");
  const left = applicableUpdates(context).map(({ article }) => article);
  if (left.length > 0) throw new Error(`${left.length} updates are left after the last round: ${left.join(", ")}`);
  const { osBuild } = saved<{ osBuild: string }>(context, "base");
  const [released, patchTuesday] = [setting(context, "BASE_RELEASED"), setting(context, "PATCH_TUESDAY")];
  const denied = offered.filter(({ article }) => list(context, "DENIED_UPDATES").includes(article));
  const isKept = denied.some(({ raisesBuild }) => raisesBuild);
  if (released <= patchTuesday && build === osBuild && !isKept)
    throw new Error(
      `Windows build ${build} has not risen, though the base was released on ${released}, before the updates of ${patchTuesday}.`,
    );
  const leftOut = denied.map(({ article, title }) => ({ articles: [article], title, reason: "denied" }));
  return {
    stdout: `Windows build ${osBuild} has become ${build}; nothing applicable is left.\r\n`,
    files: { [workPath(context, "output/updates-left-out.json")]: JSON.stringify(leftOut) },
  };
}

function applicableUpdates(context: StepContext): Update[] {
  const { updates: installed, offered } = context.machine.installation;
  const denied = list(context, "DENIED_UPDATES");
  return offered.filter(({ article }) => !installed.includes(article) && !denied.includes(article));
}

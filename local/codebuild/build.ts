import type { EnvironmentVariable, NewProject } from "./project.ts";

export type BuildStatus = "IN_PROGRESS" | "SUCCEEDED" | "FAILED" | "STOPPED" | "TIMED_OUT" | "FAULT";
export type EndStatus = Exclude<BuildStatus, "IN_PROGRESS">;

export type PhaseType =
  | "SUBMITTED"
  | "QUEUED"
  | "PROVISIONING"
  | "DOWNLOAD_SOURCE"
  | "INSTALL"
  | "PRE_BUILD"
  | "BUILD"
  | "POST_BUILD"
  | "UPLOAD_ARTIFACTS"
  | "FINALIZING"
  | "COMPLETED";

export type Phase = {
  phaseType: PhaseType;
  phaseStatus?: EndStatus;
  startTime: Date;
  endTime?: Date;
  durationInSeconds?: number;
  contexts?: PhaseContext[];
};

export type PhaseContext = { statusCode: string; message: string };

/** A build as BatchGetBuilds returns it. */
export type Build = {
  id: string;
  arn: string;
  buildNumber: number;
  projectName: string;
  initiator: string;
  startTime: Date;
  endTime?: Date;
  currentPhase: PhaseType;
  buildStatus: BuildStatus;
  buildComplete: boolean;
  phases: Phase[];
  source: NewProject["source"];
  /** The project's, as it was when the build was ordered. */
  sourceVersion?: string | undefined;
  environment: NewProject["environment"];
  exportedEnvironmentVariables: Pick<EnvironmentVariable, "name" | "value">[];
  serviceRole: string;
  timeoutInMinutes: number;
  queuedTimeoutInMinutes: number;
  logs: { groupName: string; streamName: string; deepLink: string };
};

/** Records the phases of a build. */
export type PhaseBook = {
  enter(phaseType: PhaseType): void;
  /** Ends the running phase unless it has ended already. Returns the status with which it ended. */
  leave(status: EndStatus, context?: PhaseContext): EndStatus;
  /** Ends the running phase from outside. No other phase begins before `resume`. */
  interrupt(status: EndStatus): void;
  resume(): void;
};

/**
 * @param now the stack's time, for the times of the phases
 * @param changed is called whenever a phase begins
 */
export function keepPhases(build: Build, now: () => Date, changed: () => void): PhaseBook {
  let began = performance.now();
  let interrupted = false;

  function enter(phaseType: PhaseType): void {
    if (interrupted) return;
    began = performance.now();
    build.currentPhase = phaseType;
    build.phases.push({ phaseType, startTime: now() });
    changed();
  }

  function leave(phaseStatus: EndStatus, context?: PhaseContext): EndStatus {
    const phase = build.phases.at(-1);
    if (!phase || phase.endTime) return phase?.phaseStatus ?? phaseStatus;
    phase.phaseStatus = phaseStatus;
    phase.endTime = now();
    // The duration is real time, because the stack's time can jump in the middle of a phase.
    phase.durationInSeconds = Math.round((performance.now() - began) / 1000);
    phase.contexts = context ? [context] : [];
    return phaseStatus;
  }

  function interrupt(status: EndStatus): void {
    leave(status);
    interrupted = true;
  }

  function resume(): void {
    interrupted = false;
  }

  return { enter, leave, interrupt, resume };
}

/** The variable of this name that the build was started with. */
export function variableOf(build: Build, name: string): string | undefined {
  return build.environment.environmentVariables.find((variable) => variable.name === name)?.value;
}

/** The variable of this name that the buildspec exported; undefined if it is empty. */
export function exportedBy(build: Build, name: string): string | undefined {
  return build.exportedEnvironmentVariables.find((variable) => variable.name === name)?.value || undefined;
}

/**
 * The environment variables that a build receives beside those of the project. The reconcile role may set no others
 * (infra/start-build.ts). CodeBuild echoes them in events and in the console, so none may hold a secret.
 */
export const buildVariables = [
  "PURPOSE",
  "VARIANT",
  "INPUTS",
  "RECIPE",
  "ATTEMPT",
  "TOKEN",
  "REASONS",
  "IMAGE_ID",
  "PLACE",
  "IDENTITY",
  "SLOW_START_SECONDS",
  "PACKER_VARIABLES",
] as const;

/**
 * Their values; every build has all but the image, which only proofs and harvests start from, the place, which only a
 * proof in one has (`PlaceToProve` as JSON), and two that harvests lack: the image's identity (`identityOf`), and the
 * seconds of a start that is not slow yet, empty if nothing is usual yet.
 */
export type BuildVariables = Record<
  Exclude<(typeof buildVariables)[number], "IMAGE_ID" | "PLACE" | "IDENTITY" | "SLOW_START_SECONDS">,
  string
> & {
  IMAGE_ID?: string;
  PLACE?: string;
  IDENTITY?: string;
  SLOW_START_SECONDS?: string;
};

/** The variables that a build exports (`exported-variables` of buildspec/build.yml). An empty one counts as absent. */
export const exportedVariables = ["IMAGE_ID", "PROOF", "FAILURE_CLASS", "FAILURE_CAUSE", "FAILURE_LINES"] as const;
export type ExportedVariables = Partial<Record<(typeof exportedVariables)[number], string>>;

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
  "IDENTITY",
  "PACKER_VARIABLES",
] as const;

/**
 * Their values; every build has all but the image, which only proofs and harvests start from, and the image's identity
 * (`identityOf`), which harvests lack.
 */
export type BuildVariables = Record<Exclude<(typeof buildVariables)[number], "IMAGE_ID" | "IDENTITY">, string> & {
  IMAGE_ID?: string;
  IDENTITY?: string;
};

/** The variables that a build exports (`exported-variables` of buildspec/build.yml). An empty one counts as absent. */
export const exportedVariables = ["IMAGE_ID", "PROOF", "FAILURE_CLASS", "FAILURE_CAUSE", "FAILURE_LINES"] as const;
export type ExportedVariables = Partial<Record<(typeof exportedVariables)[number], string>>;

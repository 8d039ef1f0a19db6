declare module "*/buildspec/classify.mjs" {
  export function classify(stage: "validate" | "build", output: string): { class: string; cause: string };
}

declare module "*/buildspec/image-id.mjs" {
  export function imageId(manifest: string): string;
}

declare module "*/buildspec/proof.mjs" {
  export function judgeProof(run: {
    exitCode: number;
    output: string;
    report: string | undefined;
    imdsSupport: string;
  }): {
    proof: "passed" | "failed" | "";
    class: string;
    cause: string;
  };
}

declare module "*/buildspec/place.mjs" {
  interface Place {
    name: string;
    region: string;
    roleArn: string;
    externalId?: string | undefined;
    image: string;
  }
  export function parsePlace(text: string): Place;
}

declare module "*/buildspec/failure-lines.mjs" {
  export function failureLines(output: string): string[];
}

declare module "*/buildspec/report.mjs" {
  export function parseReport(name: string, text: string): object;
  export function summaryTags(report: object): { Key: string; Value: string }[];
}

declare module "*/buildspec/harvest.mjs" {
  export function harvested(manifest: object, ordered: { harvest_recipe: string }): string;
}

declare module "*/buildspec/start.mjs" {
  export type Times = {
    begunAt?: number;
    launchedAt?: number;
    runningAt?: number;
    endedAt?: number;
  };
  export type Start = {
    launchedAt: string | null;
    runningSeconds: number | null;
    setUpSeconds: number | null;
    winrmSeconds: number | null;
    containerdSeconds: number | null;
    containerSeconds: number | null;
    totalSeconds: number | null;
    resolutionSeconds: number;
    bytesRead: number | null;
    diskUsedBytes: number | null;
    warnings: string[];
  };
  export function timesOf(text: string): Times;
  export function mergeStart(guest: object | undefined, times: Times, pollingDelay: number): Start;
  export function fasterStart(
    first: Start,
    second: Start,
  ): { start: Start & { slowerSeconds: number | null }; isSecond: boolean };
  export function isSlow(start: Start, limit: number): boolean;
  export function measuresOf(start: Pick<Start, "totalSeconds" | "diskUsedBytes">): string[];
}

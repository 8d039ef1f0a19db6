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

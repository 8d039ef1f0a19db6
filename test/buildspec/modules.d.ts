declare module "*/buildspec/classify.mjs" {
  export function classify(stage: "init" | "validate" | "build", output: string): { class: string; cause: string };
}

declare module "*/buildspec/image-id.mjs" {
  export function imageId(manifest: string): string;
}

declare module "*/buildspec/proof.mjs" {
  export function judgeProof(run: { exitCode: number; output: string; report: string | undefined }): {
    proof: "passed" | "failed" | "";
    class: string;
    cause: string;
  };
}

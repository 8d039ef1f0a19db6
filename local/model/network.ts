import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Credentials } from "../aws/role-credentials.ts";
import type { Artifact } from "../steps/artifacts.ts";
import { program } from "./programs.ts";

/** What a machine reaches from where it is. */
export type Network = {
  /**
   * @param url `s3://bucket/key` with the credentials of the instance's role
   * @throws Error in the words of curl.exe or the AWS CLI
   */
  download: (url: string) => Promise<Download>;
  /** @throws Error in the words of the AWS CLI */
  upload: (url: string, content: Buffer | string) => Promise<void>;
  close: () => void;
};

export type Download = {
  content: Buffer;
  sha256: string;
  /** The organization that has signed it; empty for none. */
  signer: string;
};

export type Surroundings = {
  /** Of the emulator, which is S3 here. */
  endpoint: string;
  region: string;
  /** Those that the instance's profile gives it; none without a profile. */
  credentials: () => Promise<Credentials | undefined>;
  /** Holds versions.json, which says what publishers have. */
  packerDir: string;
};

/**
 * S3 is the emulator's, and addresses of this machine are asked for real. Behind every other address is what the recipe's versions.json
 * says is there: its version as content, its sum.
 */
export function createNetwork({ endpoint, region, credentials, packerDir }: Surroundings): Network {
  let s3: Promise<S3Client> | undefined;

  async function connect(): Promise<S3Client> {
    const given = await credentials();
    if (!given) throw new Error("aws.exe exited with 253: Unable to locate credentials.");
    return new S3Client({ endpoint, region, credentials: given, forcePathStyle: true });
  }

  async function send<Answer>(doing: string, ask: (client: S3Client) => Promise<Answer>): Promise<Answer> {
    s3 ??= connect();
    const client = await s3;
    return ask(client).catch((cause: Error) => {
      const answer = `An error occurred (${cause.name}) when calling the ${doing} operation`;
      throw new Error(`aws.exe exited with 254: ${answer}`, { cause });
    });
  }

  async function getObject(url: string): Promise<Buffer> {
    return send("GetObject", async (client) => {
      const { Body } = await client.send(new GetObjectCommand(placeOf(url)));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    });
  }

  async function get(url: string): Promise<Buffer> {
    const response = await fetch(url).catch((cause) => {
      throw new Error(`curl.exe exited with 7: curl: (7) Failed to connect: ${url}`, { cause });
    });
    if (response.ok) return Buffer.from(await response.arrayBuffer());
    throw new Error(`curl.exe exited with 22: curl: (22) The requested URL returned error: ${response.status}`);
  }

  return {
    download: async (url) => {
      if (!url.startsWith("s3:") && !isOfThisMachine(url)) return published(url, packerDir);
      const content = await (url.startsWith("s3:") ? getObject(url) : get(url));
      return { content, sha256: sha256(content), signer: "" };
    },
    upload: (url, content) =>
      send("PutObject", async (client) => {
        await client.send(new PutObjectCommand({ ...placeOf(url), Body: content }));
      }),
    close: () => void s3?.then((client) => client.destroy()).catch(() => {}),
  };
}

/** What the publishers of the recipe's artefacts have. */
function published(url: string, packerDir: string): Download {
  const { artifacts } = JSON.parse(readFileSync(join(packerDir, "versions.json"), "utf8")) as { artifacts: Artifact[] };
  const found = artifacts.find((artifact) => artifact.url === url);
  if (!found) throw new Error(`curl.exe exited with 22: curl: (22) The requested URL returned error: 404: ${url}`);
  const content = Buffer.from(program(found.name, found.version));
  return { content, sha256: found.sha256 ?? sha256(content), signer: found.signer ?? "" };
}

function placeOf(url: string): { Bucket: string; Key: string } {
  const { hostname, pathname } = new URL(url);
  return { Bucket: hostname, Key: pathname.slice(1) };
}

function isOfThisMachine(url: string): boolean {
  return new URL(url).hostname.startsWith("127.");
}

export function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Credentials } from "../aws/role-credentials.ts";

/** What a machine can reach over the network. */
export type Network = {
  /**
   * @param url `https://…`, or `s3://bucket/key`, which is read with the credentials of the instance's role
   * @throws Error in the words of curl.exe or the AWS CLI
   */
  download: (url: string) => Promise<Buffer>;
  /** @throws Error in the words of the AWS CLI */
  upload: (url: string, content: Buffer) => Promise<void>;
  close: () => void;
};

export type Surroundings = {
  /** The URL of the AWS emulator, which serves S3. */
  endpoint: string;
  region: string;
  /** The credentials that the instance's profile provides; undefined without a profile. */
  credentials: () => Promise<Credentials | undefined>;
};

/** A network with two kinds of hosts: S3 is the emulator, and loopback addresses (`127.…`) receive real requests. */
export function createNetwork({ endpoint, region, credentials }: Surroundings): Network {
  let s3: Promise<S3Client> | undefined;

  async function connect(): Promise<S3Client> {
    const given = await credentials();
    if (!given) throw new Error("aws.exe exited with 253: Unable to locate credentials.");
    return new S3Client({ endpoint, region, credentials: given, forcePathStyle: true });
  }

  async function send<Answer>(operation: string, ask: (client: S3Client) => Promise<Answer>): Promise<Answer> {
    s3 ??= connect();
    const client = await s3;
    return ask(client).catch((cause: Error) => {
      const answer = `An error occurred (${cause.name}) when calling the ${operation} operation`;
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
    const { hostname } = new URL(url);
    if (!hostname.startsWith("127."))
      throw new Error(`curl.exe exited with 6: curl: (6) Could not resolve ${hostname}`);
    const response = await fetch(url).catch((cause) => {
      throw new Error(`curl.exe exited with 7: curl: (7) Failed to connect: ${url}`, { cause });
    });
    if (response.ok) return Buffer.from(await response.arrayBuffer());
    throw new Error(`curl.exe exited with 22: curl: (22) The requested URL returned error: ${response.status}`);
  }

  return {
    download: (url) => (url.startsWith("s3:") ? getObject(url) : get(url)),
    upload: (url, content) =>
      send("PutObject", async (client) => {
        await client.send(new PutObjectCommand({ ...placeOf(url), Body: content }));
      }),
    close: () => void s3?.then((client) => client.destroy()).catch(() => {}),
  };
}

function placeOf(url: string): { Bucket: string; Key: string } {
  const { hostname, pathname } = new URL(url);
  return { Bucket: hostname, Key: pathname.slice(1) };
}

import { hash } from "node:crypto";
import { type Answer, serviceError } from "./network.ts";

/** A service's refusal, such as NoSuchKey; `message` is the service's own. */
export class ObjectError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * S3 as a machine's aws.exe reaches it: in memory, or handed on to another endpoint. Both throw ObjectError for what the
 * service refuses.
 */
export type ObjectStore = {
  get: (bucket: string, key: string) => Promise<Buffer>;
  put: (bucket: string, key: string, content: Buffer) => Promise<void>;
};

/** A store in memory. `objects` are by `bucket/key`. */
export function memoryStore(objects: Map<string, Buffer> = new Map()): ObjectStore {
  return {
    get: async (bucket, key) => {
      const content = objects.get(`${bucket}/${key}`);
      if (!content) throw new ObjectError("NoSuchKey", "The specified key does not exist.");
      return content;
    },
    put: async (bucket, key, content) => void objects.set(`${bucket}/${key}`, content),
  };
}

export async function answerS3(objects: ObjectStore, method: string, url: string, body: Buffer): Promise<Answer> {
  const [, bucket = "", key = ""] = /^s3:\/\/([^/]+)\/(.+)$/.exec(url) ?? [];
  try {
    if (method !== "PUT") return found(await objects.get(bucket, key));
    await objects.put(bucket, key, body);
    return { ...found(body), content: "" };
  } catch (error) {
    if (error instanceof ObjectError) return serviceError(400, error.code, error.message);
    throw error;
  }
}

function found(content: Buffer): Answer {
  return { status: 200, content, headers: { ETag: `"${hash("md5", content)}"` } };
}

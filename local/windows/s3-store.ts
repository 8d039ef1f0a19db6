import { GetObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { ObjectError, type ObjectStore } from "./network-objects.ts";

/**
 * Hands a machine's requests on to an endpoint of S3.
 * @param connect a client with the credentials that the instance's profile provides; undefined without a profile
 */
export function s3Store(connect: () => Promise<S3Client | undefined>): ObjectStore {
  async function ask<Result>(work: (client: S3Client) => Promise<Result>): Promise<Result> {
    const client = await connect();
    if (!client) throw new ObjectError("NoCredentials", "");
    return work(client).catch((error: Error) => {
      if (error instanceof S3ServiceException) throw new ObjectError(error.name, error.message);
      throw new ObjectError("EndpointConnection", error.message);
    });
  }

  return {
    get: (Bucket, Key) =>
      ask(async (client) => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        return Buffer.from((await Body?.transformToByteArray()) ?? []);
      }),
    put: (Bucket, Key, Body) =>
      ask(async (client) => {
        await client.send(new PutObjectCommand({ Bucket, Key, Body }));
      }),
  };
}

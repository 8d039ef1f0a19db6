import { type Transcript, uploadedBytes } from "../../local/model/transcript.ts";

/** Every byte that was sent into a machine. */
export function givenTo(transcript: Transcript): Buffer {
  return Buffer.concat([uploadedBytes(transcript), Buffer.from(transcript.userData)]);
}

/** Those of the secrets that are in the bytes, in whatever form. */
export function secretsIn(bytes: Buffer, secrets: string[]): string[] {
  return secrets.filter((secret) => formsOf(secret).some((form) => bytes.includes(form)));
}

/** As it is, as PowerShell's encoded commands have it, and inside base64 wherever a group of three bytes begins. */
function formsOf(secret: string): (Buffer | string)[] {
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)])
      .toString("base64")
      .slice(4, -4),
  );
  return [Buffer.from(secret, "utf8"), Buffer.from(secret, "utf16le"), ...base64];
}

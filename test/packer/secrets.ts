import { type Transcript, uploadedBytes } from "../../local/winrm/transcript.ts";

/** Returns every byte that was sent to a machine. */
export function givenTo(transcript: Transcript): Buffer {
  return Buffer.concat([uploadedBytes(transcript), Buffer.from(transcript.userData)]);
}

/** Returns the secrets that the bytes contain in any form. */
export function secretsIn(bytes: Buffer, secrets: string[]): string[] {
  return secrets.filter((secret) => formsOf(secret).some((form) => bytes.includes(form)));
}

/** UTF-8, UTF-16 as in PowerShell's encoded commands, and base64 at each of the three byte offsets. */
function formsOf(secret: string): (Buffer | string)[] {
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)])
      .toString("base64")
      .slice(4, -4),
  );
  return [Buffer.from(secret, "utf8"), Buffer.from(secret, "utf16le"), ...base64];
}

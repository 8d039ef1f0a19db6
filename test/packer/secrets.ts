/** As it is, as PowerShell's encoded commands have it, and inside base64 wherever a group of three bytes begins. */
export function formsOf(secret: string): (Buffer | string)[] {
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)])
      .toString("base64")
      .slice(4, -4),
  );
  return [Buffer.from(secret, "utf8"), Buffer.from(secret, "utf16le"), ...base64];
}

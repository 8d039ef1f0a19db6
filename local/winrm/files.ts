/** The files of one machine, by path. Windows paths ignore case, accept both slashes and may contain variables. */
export type Files = {
  write: (path: string, content: string | Buffer) => void;
  append: (path: string, content: string) => void;
  read: (path: string) => Buffer | undefined;
  remove: (path: string) => void;
  paths: () => string[];
};

const variables: Record<string, string> = {
  temp: String.raw`C:\Users\Administrator\AppData\Local\Temp`,
  systemroot: String.raw`C:\Windows`,
  windir: String.raw`C:\Windows`,
  systemdrive: "C:",
  programdata: String.raw`C:\ProgramData`,
  programfiles: String.raw`C:\Program Files`,
  userprofile: String.raw`C:\Users\Administrator`,
};

export function createFiles(original?: Files): Files {
  const files = new Map<string, { path: string; content: Buffer }>();
  for (const path of original?.paths() ?? [])
    files.set(path.toLowerCase(), { path, content: original?.read(path) ?? Buffer.alloc(0) });
  return {
    write: (path, content) => {
      const full = fullPath(path);
      files.set(full.toLowerCase(), { path: full, content: Buffer.from(content) });
    },
    append: (path, content) => {
      const full = fullPath(path);
      const before = files.get(full.toLowerCase())?.content ?? Buffer.alloc(0);
      files.set(full.toLowerCase(), { path: full, content: Buffer.concat([before, Buffer.from(content)]) });
    },
    read: (path) => files.get(fullPath(path).toLowerCase())?.content,
    remove: (path) => {
      files.delete(fullPath(path).toLowerCase());
    },
    paths: () => [...files.values()].map((file) => file.path),
  };
}

/**
 * `c:/Windows/Temp/a.ps1`, `'$env:SystemRoot\Temp\a.ps1'` and `%SystemRoot%\Temp\a.ps1` all become
 * `C:\Windows\Temp\a.ps1`. Unknown variables stay.
 */
export function fullPath(path: string): string {
  return path
    .trim()
    .replace(/^(['"])(.*)\1$/, "$2")
    .replace(
      /\$\{?env:(\w+)\}?|%(\w+)%/gi,
      (whole, powershell, cmd) => variables[(powershell ?? cmd).toLowerCase()] ?? whole,
    )
    .replaceAll("/", "\\")
    .replace(/^[a-z]:/, (drive) => drive.toUpperCase());
}

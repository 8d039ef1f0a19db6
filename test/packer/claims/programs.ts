import type { Bare } from "./facts.ts";
import { leafOf } from "./paths.ts";
import { texts, type Value } from "./values.ts";

/** What running a program with these words does to the machine, for the programs that the recipe uses. */
export function programFacts(paths: Value, words: string[]): Bare[] {
  return texts(paths).flatMap((path) => [
    ...(path.includes("\\") ? [fact("reads", "file", path)] : []),
    ...(programs[leafOf(path).toLowerCase()]?.(words) ?? []),
  ]);
}

/** Where installers put their programs. */
const installed: Record<string, string[]> = { "aws-cli.msi": ["C:\\Program Files\\Amazon\\AWSCLIV2\\*"] };

const programs: Record<string, (words: string[]) => Bare[]> = {
  "aws.exe": (words) => [
    ...(words.includes("get-object") ? [fact("writes", "file", words[words.indexOf("--key") + 2] ?? "")] : []),
    ...(words.includes("put-object") ? after(words, "--body").map((path) => fact("reads", "file", path)) : []),
  ],
  "containerd.exe": (words) => [
    ...after(words, "--config").map((path) => fact("reads", "file", path)),
    ...(words.includes("--register-service") ? [fact("writes", "service", "containerd")] : []),
  ],
  "ctr.exe": ctr,
  "curl.exe": (words) => after(words, "--output").map((path) => fact("writes", "file", path)),
  "msiexec.exe": (words) =>
    after(words, "/i", "/package").flatMap((path) => [
      fact("reads", "file", path),
      ...(installed[leafOf(path).toLowerCase()] ?? []).map((place) => fact("writes", "file", place)),
    ]),
  "powershell.exe": (words) => after(words, "-File").map((path) => fact("reads", "file", path)),
  "sc.exe": ([verb = "", name = ""]) =>
    /^(create|config|failure|description)$/.test(verb)
      ? [fact("writes", "service", name)]
      : [fact("reads", "service", name)],
  "tar.exe": (words) => [
    ...after(words, "-xf", "-xzf").map((path) => fact("reads", "file", path)),
    ...after(words, "-C").map((path) => fact("writes", "file", `${path}\\*`)),
  ],
};

function ctr(words: string[]): Bare[] {
  const named = words.flatMap((word) => /^name==(.+)$/.exec(word)?.[1] ?? []);
  const rest = words.slice(words.indexOf("images") + 1);
  if (rest[0] === "pull") return [fact("writes", "container image", rest.at(-1) ?? "")];
  if (words.includes("plugins")) return [fact("reads", "service", "containerd")];
  if (rest[0] === "label") return [fact("writes", "container image", rest[1] ?? "")];
  if (words.includes("run")) {
    const image = words.slice(words.indexOf("run") + 1).find((word) => !word.startsWith("--"));
    return [fact("reads", "container image", image ?? "")];
  }
  return named.map((name) => fact("reads", "container image", name));
}

function after(words: string[], ...options: string[]): string[] {
  return words.flatMap((word, index) => (options.includes(word) ? (words[index + 1] ?? []) : []));
}

function fact(act: Bare["act"], kind: Bare["kind"], subject: string): Bare {
  return { act, kind, subject };
}

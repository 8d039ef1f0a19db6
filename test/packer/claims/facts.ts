import { argument } from "./cmdlets.ts";
import { leafOf } from "./paths.ts";
import { programFacts } from "./programs.ts";
import type { Event, Place } from "./run.ts";
import { isOpen, texts, union, type Value } from "./values.ts";

/** What a script does to a thing of the machine, or that it looks at it. */
export type Fact = { act: Act; kind: Kind; subject: string; place: Place };
export type Act = "writes" | "removes" | "reads";
export type Kind =
  | "file"
  | "directory"
  | "registry"
  | "wsman"
  | "certificate"
  | "service"
  | "task"
  | "firewall rule"
  | "feature"
  | "container image"
  | "environment"
  | "updates"
  | "app"
  | "disk"
  | "report entry";
export type Bare = Omit<Fact, "place">;

/**
 * Of a cmdlet: what it does to what its parameter names (by name and place; without either, what comes down the
 * pipeline). `path` is told apart by its drive.
 */
type Effect = [act: Act, kind: Kind | "path", parameter: string, index?: number];

const cmdletEffects: Record<string, Effect[]> = {
  "add-reportedbinary": [["writes", "report entry", "path"]],
  "expand-archive": [["reads", "path", "path", 0]],
  "get-acl": [["reads", "path", "path", 0]],
  "get-appxpackage": [["reads", "app", "name", 0]],
  "get-authenticodesignature": [["reads", "path", "filepath", 0]],
  "get-childitem": [["reads", "path", "path", 0]],
  "get-content": [["reads", "path", "path", 0]],
  "get-filehash": [["reads", "path", "path", 0]],
  "get-item": [["reads", "path", "path", 0]],
  "get-itemproperty": [["reads", "path", "path", 0]],
  "get-itempropertyvalue": [["reads", "path", "path", 0]],
  "get-netfirewallrule": [["reads", "firewall rule", "name", 0]],
  "get-partition": [["reads", "disk", "driveletter", 0]],
  "get-scheduledtask": [["reads", "task", "taskname", 0]],
  "get-service": [["reads", "service", "name", 0]],
  "get-volume": [["reads", "disk", "driveletter", 0]],
  "get-windowsfeature": [["reads", "feature", "name", 0]],
  "install-windowsfeature": [["writes", "feature", "name", 0]],
  "new-itemproperty": [["writes", "path", "path", 0]],
  "new-netfirewallrule": [["writes", "firewall rule", "name", 0]],
  "new-selfsignedcertificate": [["writes", "certificate", "certstorelocation"]],
  "new-service": [["writes", "service", "name", 0]],
  "out-file": [["writes", "path", "filepath", 0]],
  "register-scheduledtask": [["writes", "task", "taskname", 0]],
  "remove-item": [["removes", "path", "path", 0]],
  "remove-itemproperty": [["removes", "path", "path", 0]],
  "remove-netfirewallrule": [["removes", "firewall rule", "name", 0]],
  "remove-service": [["removes", "service", "name", 0]],
  "resize-partition": [["writes", "disk", "driveletter", 0]],
  "restart-service": [["reads", "service", "name", 0]],
  "set-content": [["writes", "path", "path", 0]],
  "set-item": [["writes", "path", "path", 0]],
  "set-itemproperty": [["writes", "path", "path", 0]],
  "set-scheduledtask": [["writes", "task", "taskname", 0]],
  "set-service": [["writes", "service", "name", 0]],
  "start-scheduledtask": [["reads", "task", "taskname", 0]],
  "start-service": [["reads", "service", "name", 0]],
  "stop-service": [["reads", "service", "name", 0]],
  "test-path": [["reads", "path", "path", 0]],
  "unregister-scheduledtask": [["removes", "task", "taskname", 0]],
  "[environment]::setenvironmentvariable": [["writes", "environment", "", 0]],
  "[io.directory]::createdirectory": [["writes", "directory", "", 0]],
  "[io.directory]::exists": [["reads", "path", "", 0]],
  "[io.file]::copy": [
    ["reads", "path", "", 0],
    ["writes", "path", "", 1],
  ],
  "[io.file]::delete": [["removes", "path", "", 0]],
  "[io.file]::exists": [["reads", "path", "", 0]],
  "[io.file]::openread": [["reads", "path", "", 0]],
  "[io.file]::readallbytes": [["reads", "path", "", 0]],
  "[io.file]::readalllines": [["reads", "path", "", 0]],
  "[io.file]::readalltext": [["reads", "path", "", 0]],
  "[io.file]::writeallbytes": [["writes", "path", "", 0]],
  "[io.file]::writealllines": [["writes", "path", "", 0]],
  "[io.file]::writealltext": [["writes", "path", "", 0]],
};

export function factsOf(events: Event[]): Fact[] {
  const facts = events.flatMap((event) => bareFacts(event).map((fact) => ({ ...fact, place: event.place })));
  return [
    ...new Map(
      facts
        .filter(({ act, subject }) => subject !== "" && (subject !== "*" || act === "writes"))
        .map((fact) => [idOf(fact), fact]),
    ).values(),
  ];
}

function idOf({ act, kind, subject, place }: Fact): string {
  return [act, kind, subject, place.script, place.check, place.command].join("\n");
}

function bareFacts(event: Event): Bare[] {
  const command = event.command.toLowerCase();
  switch (command) {
    case "&":
      return programFacts(argument(event, "filepath"), texts(event.positional.flat()));
    case "start-process":
      return programFacts(argument(event, "filepath", 0), texts(argument(event, "argumentlist", 1)));
    case "should":
      return assertion(event);
    case "new-item": {
      const isDirectory = texts(argument(event, "itemtype")).some((type) => /^directory$/i.test(type));
      return each("writes", isDirectory ? "directory" : "path", argument(event, "path", 0));
    }
    case "new-scheduledtaskaction":
      return texts(argument(event, "argument")).flatMap((text) =>
        each("reads", "path", [/-File "?([^"]+)/i.exec(text)?.[1] ?? ""]),
      );
    case "remove-appxpackage":
      // By what it is called: as it is found among the apps of all users, or as sysprep names it.
      return texts(argument(event, "package", 0)).map((name) => ({
        act: "removes",
        kind: "app",
        subject: name === "<PackageFullName>" ? "of one user" : "named by sysprep",
      }));
    case "[environment]::getenvironmentvariable":
      return event.positional.length > 1 ? each("reads", "environment", event.positional[0] ?? []) : [];
    case "new-eventlog":
      return texts(argument(event, "logname", 0)).map((log) => ({
        act: "writes",
        kind: "registry",
        subject: `HKLM:\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\${log}`,
      }));
    case "get-ciminstance": {
      if (!texts(argument(event, "classname", 0)).includes("Win32_Service")) return [];
      const named = texts(argument(event, "filter")).flatMap((text) => /^Name = '(.+)'$/.exec(text)?.[1] ?? []);
      // Without such a filter, which of the services is asked for stands in one behind it.
      return each("reads", "service", named.length > 0 ? named : ["<Name>"]);
    }
    case "get-hotfix":
    case ".search":
      return [{ act: "reads", kind: "updates", subject: "Windows" }];
    case ".install":
      return [{ act: "writes", kind: "updates", subject: "Windows" }];
    case "copy-item":
    case "move-item": {
      const from = argument(event, "path", 0);
      return [
        ...each("reads", "path", from),
        ...each("writes", "path", into(texts(from), argument(event, "destination", 1))),
      ];
    }
    default:
      return (cmdletEffects[command] ?? []).flatMap(([act, kind, parameter, index]) =>
        each(act, kind, argument(event, parameter, index)),
      );
  }
}

/** Pester's `Should`: what it is asked about may be a path, and so may be what it is compared with. */
function assertion(event: Event): Bare[] {
  const [operators = [], expected = []] = [event.positional.slice(0, -1).flat(), event.positional.at(-1)];
  const words = texts(union(operators, expected));
  const isOfFile = words.some((word) => /^(Exist|Contain|ContainExactly|FileContentMatch)$/i.test(word));
  return each("reads", "path", [
    ...(isOfFile ? event.input : []),
    ...texts(expected).filter((text) => /^[A-Z]:\\/i.test(text)),
  ]);
}

/** Where files come to: a destination without an extension is a directory. */
function into(sources: string[], destinations: Value): string[] {
  return texts(destinations).flatMap((destination) =>
    leafOf(destination).includes(".") || isOpen(leafOf(destination))
      ? destination
      : sources.map((source) => `${destination}\\${leafOf(source)}`),
  );
}

function each(act: Act, kind: Kind | "path", value: Value): Bare[] {
  return texts(value).map((subject) => ({ act, kind: kind === "path" ? kindOf(subject) : kind, subject }));
}

export function kindOf(path: string): Kind {
  if (/^WSMan:/i.test(path)) return "wsman";
  if (/^Cert:/i.test(path)) return "certificate";
  if (/^(HK\w+:|Registry::)/i.test(path)) return "registry";
  return "file";
}

/// <reference path="../../.sst/platform/config.d.ts" />

/** A resource's or a look-up's properties, as Pulumi passes them. */
type Properties = Record<string, unknown>;
type Config = { app: (input: { stage: string }) => Promise<object> | object; run: () => Promise<unknown> };

/**
 * Evaluates an SST program in this process. Reports its settings, every resource, every look-up and its outputs to the
 * server at `SST_SERVER`, and returns once nothing is left to resolve.
 */
export async function evaluateProgram(
  config: Config,
  run: (program: Config["run"]) => Promise<unknown>,
  stage: string,
): Promise<void> {
  const app = await config.app({ stage });
  await report("/app", { inputs: app });
  Object.assign(globalThis, { $app: { ...app, stage, providers: {} } });
  const options = new Map<string, { retainOnDelete: boolean; waitsFor: string[]; ignoreChanges: string[] }>();
  await $util.runtime.setMocks(
    {
      newResource: async (resource) => {
        const whole = { ...resource, ...options.get(`${resource.type} ${resource.name}`) };
        return (await report("/resource", whole)) as { id: string; state: Properties };
      },
      call: async (call) => (await report("/call", call)) as Properties,
    },
    $app.name,
    stage,
  );
  observeRegistrations((registration) => {
    options.set(`${registration.getType()} ${registration.getName()}`, {
      retainOnDelete: registration.getRetainondelete(),
      ignoreChanges: registration.getIgnorechangesList(),
      waitsFor: registration.getDependenciesList().map((urn) => urn.split("::").at(-1) ?? ""),
    });
  });
  const outputs = await $util.runtime.runInPulumiStack(() => run(config.run));
  await report("/outputs", { inputs: await resolved(outputs) });
  await $util.runtime.disconnect();
}

/** The engine's view of a resource. Pulumi passes only some of a resource's options to mocks. */
interface Registration {
  getType(): string;
  getName(): string;
  getRetainondelete(): boolean;
  getIgnorechangesList(): string[];
  /** URNs, which end in the name. */
  getDependenciesList(): string[];
}

function observeRegistrations(onRegistration: (registration: Registration) => void): void {
  const monitor = $util.runtime.getMonitor() as unknown as { registerResource(...args: unknown[]): unknown };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (registration, ...rest) => {
    onRegistration(registration as Registration);
    return register(registration, ...rest);
  };
}

function resolved(outputs: Properties = {}): Promise<unknown> {
  return new Promise((resolve) => $util.output(outputs).apply(resolve));
}

async function report(path: string, what: { inputs: unknown }): Promise<unknown> {
  const response = await fetch(`${process.env.SST_SERVER}${path}`, {
    method: "POST",
    body: JSON.stringify({ ...what, inputs: await plain(what.inputs) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return JSON.parse(text);
}

/** Resolves the promises in Pulumi's assets. Nothing else that Pulumi passes contains promises. */
async function plain(value: unknown): Promise<unknown> {
  if (value instanceof $util.asset.FileAsset) return { file: await value.path };
  if (value instanceof $util.asset.FileArchive) return { archive: await value.path };
  if (value instanceof $util.asset.AssetArchive) return { files: await plain(await value.assets) };
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(async ([key, field]) => [key, await plain(field)]);
  return Object.fromEntries(await Promise.all(fields));
}

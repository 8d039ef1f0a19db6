/// <reference path="../../.sst/platform/config.d.ts" />

/** What Pulumi tells of a resource or a look-up. */
type Told = Record<string, unknown>;
type Config = { app: (input: { stage: string }) => Promise<object> | object; run: () => Promise<unknown> };

/**
 * Runs an SST program in this process and tells its settings, every resource, every look-up and its outputs to the process that started it. The
 * process ends by itself once nothing is left to resolve.
 */
export async function evaluate(config: Config, run: (program: Config["run"]) => Promise<unknown>): Promise<void> {
  const stage = process.env.SST_STAGE as string;
  const app = await config.app({ stage });
  await tell("/app", { inputs: app });
  Object.assign(globalThis, { $app: { ...app, stage, providers: {} } });
  const retained = new Set<string>();
  await $util.runtime.setMocks(
    {
      newResource: async (resource) => {
        const whole = { ...resource, retainOnDelete: retained.has(`${resource.type} ${resource.name}`) };
        return (await tell("/resource", whole)) as { id: string; state: Told };
      },
      call: async (call) => (await tell("/call", call)) as Told,
    },
    $app.name,
    stage,
  );
  listen((registered) => {
    if (registered.getRetainondelete()) retained.add(`${registered.getType()} ${registered.getName()}`);
  });
  await $util.runtime.runInPulumiStack(async () => {
    const outputs = (await run(config.run)) as Told;
    $util.output(outputs).apply((values) => tell("/outputs", { inputs: values }));
    return outputs;
  });
}

/** What the engine is asked for; mocks hear of the options of a resource only in part. */
interface Registration {
  getType(): string;
  getName(): string;
  getRetainondelete(): boolean;
}

function listen(onRegistration: (registered: Registration) => void): void {
  const monitor = $util.runtime.getMonitor() as unknown as { registerResource(...asked: unknown[]): unknown };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (registered, ...rest) => {
    onRegistration(registered as Registration);
    return register(registered, ...rest);
  };
}

async function tell(path: string, what: { inputs: unknown }): Promise<unknown> {
  const response = await fetch(`${process.env.SST_SERVER}${path}`, {
    method: "POST",
    body: JSON.stringify({ ...what, inputs: await plain(what.inputs) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return JSON.parse(text);
}

/** Pulumi's assets hold promises; nothing else of what it tells does. */
async function plain(value: unknown): Promise<unknown> {
  if (value instanceof $util.asset.FileAsset) return { file: await value.path };
  if (value instanceof $util.asset.FileArchive) return { archive: await value.path };
  if (value instanceof $util.asset.AssetArchive) return { files: await plain(await value.assets) };
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(async ([key, field]) => [key, await plain(field)]);
  return Object.fromEntries(await Promise.all(fields));
}

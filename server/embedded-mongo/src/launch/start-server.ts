import type { ExecutorOptions } from '../engine/executor.ts';
import { Engine } from '../engine/engine.ts';
import { type Address, listen } from '../wire/listen.ts';
import type { OutboxOptions } from '../wire/outbox.ts';

export type ServerOptions = ExecutorOptions &
  OutboxOptions & {
    readonly dataDir: string;
    readonly address: Address;
    /** false: a power loss may cost data; a killed process does not. Default true. */
    readonly isDurable?: boolean;
  };

export type Server = { readonly uri: string; readonly engine: Engine; close(): Promise<void> };

/** Opens the data directory and serves it in this process. */
export async function startServer({ address, ...options }: ServerOptions): Promise<Server> {
  const engine = Engine.open(options);
  try {
    const listener = await listen(engine, address, options);
    return {
      uri: listener.uri,
      engine,
      async close() {
        await listener.close();
        await engine.close();
      },
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

import type { Device, RegisterDeviceInput } from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';

/** Signing out does not wait longer for a server that does not answer. */
const removalMs = 2_000;

/** This client's own registration for pushes, which ends when the person signs out. */
export class OwnDevice {
  readonly #connection: Connection;
  /** Also while it is under way: whoever signs out then is not to be pushed to either. */
  #registered: Promise<Device> | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  register(input: RegisterDeviceInput): Promise<Device> {
    this.#registered = this.#connection.api.device.register.mutate(input);
    return this.#registered;
  }

  /** Does nothing where nothing was registered by this client. */
  async unregister(): Promise<void> {
    const device = await this.#registered?.catch(() => undefined);
    if (!device) return;
    await this.#connection.api.device.remove.mutate({ deviceId: device.id });
    this.#registered = undefined;
  }

  /** The same, without insisting. Never rejects. */
  async forget(): Promise<void> {
    if (!this.#registered) return;
    const { clock, onError } = this.#connection;
    let cancel: () => void = () => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(removalMs, resolve);
    });
    await Promise.race([this.unregister().catch(onError), late]);
    cancel();
  }
}

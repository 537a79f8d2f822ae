import type { Device, DeviceId, RegisterDeviceInput } from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';

/** Signing out does not wait longer for a server that does not answer. */
const removalMs = 2_000;

/** This client's own registration for pushes, which ends when the person signs out. */
export class OwnDevice {
  readonly #connection: Connection;
  #id: DeviceId | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async register(input: RegisterDeviceInput): Promise<Device> {
    const device = await this.#connection.api.device.register.mutate(input);
    this.#id = device.id;
    return device;
  }

  /** Does nothing where nothing was registered by this client. */
  async unregister(): Promise<void> {
    const deviceId = this.#id;
    if (deviceId === undefined) return;
    await this.#connection.api.device.remove.mutate({ deviceId });
    this.#id = undefined;
  }

  /** The same, without insisting. Never rejects. */
  async forget(): Promise<void> {
    if (this.#id === undefined) return;
    const { clock, onError } = this.#connection;
    let cancel: () => void = () => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(removalMs, resolve);
    });
    await Promise.race([this.unregister().catch(onError), late]);
    cancel();
  }
}

import type { PresenceEvent, UserId } from '@whisper/shared';

/** Who is online. */
export class PresenceWatch {
  readonly #onChange: () => void;
  #online: ReadonlySet<UserId> = new Set();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get online(): ReadonlySet<UserId> {
    return this.#online;
  }

  apply(event: PresenceEvent): void {
    this.#online = withEvent(this.#online, event);
    this.#onChange();
  }
}

function withEvent(online: ReadonlySet<UserId>, event: PresenceEvent): ReadonlySet<UserId> {
  switch (event.type) {
    case 'list':
      return new Set(event.userIds);
    case 'online':
      return new Set([...online, event.userId]);
    case 'offline':
      return new Set([...online].filter((userId) => userId !== event.userId));
  }
}

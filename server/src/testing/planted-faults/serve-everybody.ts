import { ChatSource } from '../../messages/streams/watch-chat.ts';

/** Streams of single chats go on for whoever was put out of the group, on every server of this process. Disposing ends that. */
export function serveEverybody(): Disposable {
  // oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
  const { admit } = ChatSource.prototype;
  ChatSource.prototype.admit = function admitEverybody({ audience: _, ...item }) {
    return admit.call(this, item);
  };
  return {
    [Symbol.dispose]: () => {
      ChatSource.prototype.admit = admit;
    },
  };
}

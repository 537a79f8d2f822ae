import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Conversation } from '../../testing/legacy/conversation.ts';
import { takesOffsets } from './takes-offsets.ts';

/** A Python that has the client, such as Debian's with python3-socketio; there may be several. */
const python = ['python3', '/usr/bin/python3'].find(
  (each) => spawnSync(each, ['-c', 'import socketio, websocket']).status === 0,
);

/** Connects with handlers of one argument, says when it is there, and prints the first message it hears. */
const program = `
import socketio, sys
url, token, transport = sys.argv[1:]
client = socketio.Client(reconnection=False)

@client.on('online-users')
def on_online(people):
    print('online', type(people['userIds']).__name__, flush=True)
    client.emit('send-message', {'chatId': sys.stdin.readline().strip(), 'text': 'from Python'})

@client.on('new-message')
def on_message(message):
    print(message['text'], flush=True)
    client.disconnect()

client.connect(url, auth={'token': token}, transports=[transport])
client.wait()
`;

describe('the second argument of an event', () => {
  it.each([
    { client: 'a browser', userAgent: 'Mozilla/5.0', t: 'Pn8x2a', isTold: true },
    { client: 'React Native', userAgent: 'okhttp/4.12.0', t: 'Pn8x2a', isTold: true },
    { client: 'Node', userAgent: undefined, t: undefined, isTold: true },
    { client: 'Python by polling', userAgent: 'python-requests/2.28.1', t: '1732600000.12', isTold: false },
    { client: 'Python', userAgent: undefined, t: '1732600000.1234', isTold: false },
    { client: 'Dart', userAgent: 'Dart/3.6 (dart:io)', t: undefined, isTold: false },
  ])('is for clients that hand it back: $client', ({ userAgent, t, isTold }) => {
    expect(takesOffsets({ headers: { 'user-agent': userAgent }, query: { t } })).toBe(isTold);
  });

  it.skipIf(python === undefined)('does not reach a Python client, whose handlers take one', async () => {
    for (const transport of ['polling', 'websocket']) {
      // Each has its own chat: another process may tell the second of what the first one said.
      await using talk = await Conversation.start();
      const token = await talk.server.tokenFor('alice');
      const args = ['-c', program, talk.server.url, token, transport];
      const running = promisify(execFile)(python ?? '', args, { timeout: 15_000 });
      running.child.stdin?.end(`${talk.chatId}\n`);
      const { stdout, stderr } = await running;
      expect([stdout, stderr]).toEqual(['online list\nfrom Python\n', '']);
    }
  });
});

// What an app written against the earlier backend does: REST for history, Socket.IO for what is live.
import { devTokens } from '@whisper/client/node';
import { io } from 'socket.io-client';

const url = 'http://127.0.0.1:3000';

const aliceToken = await devTokens(url, 'alice')();
const bobToken = await devTokens(url, 'bob')();

async function call(token: string, method: string, path: string) {
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

const { _id: bobId } = await call(bobToken, 'GET', '/auth/me');
const { _id: chatId } = await call(aliceToken, 'POST', `/chats/with/${bobId}`);

const alice = io(url, { auth: { token: aliceToken } });
const bob = io(url, { auth: { token: bobToken } });
bob.once('new-message', ({ text }) => {
  console.log(`bob hears: ${text}`);
  alice.close();
  bob.close();
});
bob.once('connect', () => alice.emit('send-message', { chatId, text: 'hello' }));
for (const socket of [alice, bob]) {
  socket.on('connect_error', ({ message }) => console.error(message));
  socket.on('socket-error', ({ message }) => console.error(message));
}

import { MongoClient, MongoServerError } from 'mongodb';
import { expect, test } from 'vitest';
import { startTestServer } from './test-server.ts';

async function startWithFaults() {
  const server = await startTestServer();
  const things = server.db.collection('things');
  await things.insertOne({ a: 1 });
  const fail = (mode: unknown, data: object = {}) =>
    server.client.db('admin').command({ configureFailPoint: 'failCommand', mode, data });
  return { server, things, fail };
}

test('fails the named commands as often as asked, with code and labels', async () => {
  const { server, things, fail } = await startWithFaults();
  await using _ = server;
  await fail({ times: 2 }, { failCommands: ['insert'], errorCode: 91, errorLabels: ['RetryableWriteError'] });

  const first = await things.insertOne({ a: 2 }).catch((error: unknown) => error);

  expect(first instanceof MongoServerError && first.hasErrorLabel('RetryableWriteError')).toBe(true);
  await expect(things.insertOne({ a: 2 })).rejects.toMatchObject({ code: 91 });
  await expect(things.insertOne({ a: 2 })).resolves.toBeDefined();
  expect(await things.countDocuments()).toBe(2);
});

test('fails always until it is turned off, after the commands it lets through', async () => {
  const { server, things, fail } = await startWithFaults();
  await using _ = server;
  await fail({ skip: 1 }, { failCommands: ['count'], errorCode: 2 });

  await expect(things.estimatedDocumentCount()).resolves.toBe(1);
  await expect(things.estimatedDocumentCount()).rejects.toMatchObject({ code: 2 });
  await expect(things.estimatedDocumentCount()).rejects.toMatchObject({ code: 2 });
  await fail('off');
  await expect(things.estimatedDocumentCount()).resolves.toBe(1);
});

test('closes the connection without an answer; the driver reads again on another', async () => {
  const { server, things, fail } = await startWithFaults();
  await using _ = server;
  await fail({ times: 1 }, { failCommands: ['find', 'insert'], closeConnection: true });

  expect(await things.find().toArray()).toHaveLength(1);

  await fail({ times: 1 }, { failCommands: ['insert'], closeConnection: true });
  await expect(things.insertOne({ a: 2 })).rejects.toMatchObject({ name: 'MongoNetworkError' });
  expect(await things.countDocuments()).toBe(1);
});

test('hits only the application it is meant for', async () => {
  const { server, things, fail } = await startWithFaults();
  await using _ = server;
  await using other = await MongoClient.connect(server.uri, { appName: 'other' });
  await fail('alwaysOn', { failCommands: ['find'], errorCode: 2, appName: 'other' });

  await expect(other.db('test').collection('things').findOne()).rejects.toMatchObject({ code: 2 });
  await expect(things.findOne()).resolves.toMatchObject({ a: 1 });
});

test('holds a command up beyond its maxTimeMS', async () => {
  const { server, things, fail } = await startWithFaults();
  await using _ = server;
  await fail({ times: 1 }, { failCommands: ['find'], blockConnection: true, blockTimeMS: 20 });

  await expect(things.find({}, { maxTimeMS: 5 }).toArray()).rejects.toMatchObject({ code: 50 });
});

test('adds a write concern error to a write that happened', async () => {
  const { server, things, fail } = await startWithFaults();
  await using _ = server;
  const writeConcernError = { code: 64, errmsg: 'waiting for replication timed out' };
  await fail({ times: 1 }, { failCommands: ['insert'], writeConcernError });

  await expect(things.insertOne({ a: 2 })).rejects.toMatchObject({ code: 64 });
  expect(await things.countDocuments()).toBe(2);
});

test('refuses what it does not know', async () => {
  const { server, fail } = await startWithFaults();
  await using _ = server;

  await expect(fail('alwaysOn', { failCommands: ['find'], frobnicate: 1 })).rejects.toMatchObject({
    code: 2,
  });
  await expect(fail('sometimes', { failCommands: ['find'] })).rejects.toMatchObject({ code: 2 });
});

import type { ChatId, DeviceKind, RegisterDeviceInput } from '@whisper/shared';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { readEnv } from '../../platform/env.ts';
import { FakePushServices } from '../../testing/fake-push.ts';
import webPush from 'web-push';
import type { Address, Notice, PushAdapter } from './adapter.ts';
import { ExpoAdapter } from './expo.ts';
import { FcmAdapter } from './fcm.ts';
import { isPublicAddress, publicLookup } from './public-address.ts';
import { WebAdapter } from './web.ts';
import { readEndpoint, type EndpointRules } from './web-endpoint.ts';

const notice: Notice = {
  chatId: 'c'.repeat(24) as ChatId,
  seq: 7,
  badge: 3,
  title: 'alice in Garden',
  body: 'Hello 👋',
};

const vapid = { subject: 'mailto:push@whisper.example', ...webPush.generateVAPIDKeys() };

let fake: FakePushServices;
beforeAll(async () => {
  fake = await FakePushServices.start();
});
beforeEach(() => {
  fake.received.length = 0;
  fake.faults.length = 0;
});
afterAll(() => fake[Symbol.asyncDispose]());

function makeWeb(endpoints: EndpointRules): PushAdapter {
  return new WebAdapter({ vapid: () => Promise.resolve(vapid), endpoints });
}

/** Each speaks to the fake, unless told to speak to another address. */
const makers: Readonly<Record<DeviceKind, (url?: string) => PushAdapter>> = {
  web: (url = fake.url) => makeWeb({ hosts: [new URL(url).host] }),
  expo: (url = fake.url) => new ExpoAdapter({ url, accessToken: undefined }),
  fcm: (url = fake.url) => {
    const { PUSH_FCM_SERVICE_ACCOUNT: account } = readEnv({ NODE_ENV: 'test', ...fake.env });
    if (!account) throw new TypeError('There is an account');
    return new FcmAdapter({ url, account, clock: systemClock });
  },
};

function toAddress(device: RegisterDeviceInput): Address {
  return device;
}

/** How each service says that a device is gone. */
const gone: Readonly<Record<DeviceKind, Parameters<FakePushServices['faults']['push']>[0]>> = {
  web: { status: 410 },
  expo: {
    status: 200,
    body: { data: [{ status: 'error', message: 'x', details: { error: 'DeviceNotRegistered' } }] },
  },
  fcm: {
    status: 404,
    body: { error: { status: 'NOT_FOUND', details: [{ errorCode: 'UNREGISTERED' }] } },
  },
};

describe.each(['web', 'expo', 'fcm'] as const)('the adapter for %s', (kind) => {
  const setUp = () => {
    const address = toAddress(fake.deviceOf(kind));
    const adapter = makers[kind]();
    return {
      to: address.kind === 'web' ? address.endpoint : address.token,
      send: () => adapter.send(address, notice),
    };
  };

  it('brings chat, place, badge and words, and collapses by chat', async () => {
    const { to, send } = setUp();

    expect(await send()).toMatchObject({ type: 'sent' });

    expect(fake.received).toEqual([{ kind, to, ...notice, collapse: notice.chatId }]);
  });

  it('knows a device that is gone', async () => {
    const { send } = setUp();
    fake.faults.push(gone[kind]);

    expect(await send()).toEqual({ type: 'gone' });
  });

  it('says how long to wait when it is too much, and that a broken service may be well later', async () => {
    const { send } = setUp();
    fake.faults.push({ status: 429, headers: { 'retry-after': '40' } }, { status: 503 });

    expect(await send()).toMatchObject({ type: 'later', afterMs: 40_000 });
    expect(await send()).toMatchObject({ type: 'later' });
    expect(await send()).toMatchObject({ type: 'sent' });
  });

  it('does not repeat what would be refused again', async () => {
    const { send } = setUp();
    fake.faults.push({ status: 400 });

    expect(await send()).toMatchObject({ type: 'refused' });
  });

  it('never rejects: a service that is not there may be there later', async () => {
    const address = toAddress(fake.deviceOf(kind));
    const nobody = 'http://127.0.0.1:9';
    const moved = { ...address, ...(address.kind === 'web' && { endpoint: `${nobody}/web/1` }) };
    const adapter = makers[kind](nobody);

    expect(await adapter.send(moved, notice)).toMatchObject({ type: 'later' });
  });
});

describe('a hundred pushes to apps of Expo', () => {
  const notices = Array.from({ length: 100 }, (_, seq) => ({ ...notice, seq }));
  const setUp = () => {
    const sendings = notices.map((each) => ({ address: toAddress(fake.deviceOf('expo')), notice: each }));
    const adapter = new ExpoAdapter({ url: fake.url, accessToken: undefined });
    const tries = fake.tries;
    return { send: () => adapter.sendTogether(sendings), tried: () => fake.tries - tries };
  };

  it('are one request, each with its own outcome', async () => {
    const { send, tried } = setUp();
    const error = { status: 'error', details: { error: 'DeviceNotRegistered' } };
    const data = notices.map(({ seq }) => (seq === 7 ? error : { status: 'ok', id: `${seq}` }));
    fake.faults.push({ status: 200, body: { data } });

    const outcomes = await send();

    expect(tried()).toBe(1);
    expect(outcomes.map(({ type }, seq) => type === (seq === 7 ? 'gone' : 'sent'))).not.toContain(false);
    expect(outcomes[8]).toEqual({ type: 'sent', ticket: '8' });
  });

  it('are sent one by one when Expo takes them not together', async () => {
    const { send, tried } = setUp();
    fake.faults.push({ status: 400 });

    const outcomes = await send();

    expect(tried()).toBe(101);
    expect(new Set(outcomes.map(({ type }) => type))).toEqual(new Set(['sent']));
  });

  it('all wait when it is too much', async () => {
    const { send, tried } = setUp();
    fake.faults.push({ status: 429, headers: { 'retry-after': '40' } });

    const outcomes = await send();

    expect(tried()).toBe(1);
    expect(outcomes.every((each) => each.type === 'later' && each.afterMs === 40_000)).toBe(true);
  });
});

it('asks Google for one token, however many pushes begin at once', async () => {
  const adapter = makers.fcm();
  const before = fake.tokensGiven;
  const sends = Array.from({ length: 5 }, () => adapter.send(toAddress(fake.deviceOf('fcm')), notice));

  expect((await Promise.all(sends)).map(({ type }) => type)).toEqual(Array(5).fill('sent'));
  expect(fake.tokensGiven - before).toBe(1);
});

describe('an endpoint that a client names', () => {
  it.each([
    'http://push.example/1',
    'https://localhost/1',
    'https://127.0.0.1/1',
    'https://10.1.2.3/1',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/1',
    'https://[fd00::1]/1',
    'https://[::ffff:127.0.0.1]/1',
    'https://2130706433/1',
    'https://0x7f.1/1',
    'https://intranet/1',
    'https://push.example:6379/1',
    'https://user:secret@push.example/1',
    'file:///etc/passwd',
    'nothing',
  ])('is not called when it is %s', (endpoint) => {
    expect(readEndpoint(endpoint, { hosts: undefined })).toBeNull();
  });

  it('is called at a public host over https, and at a host that the settings name', () => {
    const text = 'https://updates.push.services.mozilla.com/wpush/v2/abc';
    expect(readEndpoint(text, { hosts: undefined })?.url.href).toBe(text);
    expect(readEndpoint(text, { hosts: ['push.example'] })).toBeNull();
    expect(readEndpoint('http://push.example/1', { hosts: ['push.example'] })?.lookup).toBeUndefined();
  });

  it('reaches nobody when its name leads to a private address at the moment of connecting', async () => {
    const resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    const adapter = makeWeb({ hosts: undefined, lookup: publicLookup(resolve) });
    const device = { ...fake.subscribe(), endpoint: 'https://push.example/1' };

    expect(await adapter.send(device, notice)).toEqual({ type: 'gone' });
  });

  it.each([
    ['8.8.8.8', true],
    ['2606:4700::1111', true],
    ['100.64.0.1', false],
    ['192.168.1.1', false],
    ['::', false],
    ['fe80::1', false],
    ['64:ff9b::7f00:1', false],
    ['2002:7f00:1::', false],
    ['::ffff:8.8.8.8', false],
  ])('%s is public: %s', (address, isPublic) => {
    expect(isPublicAddress(address)).toBe(isPublic);
  });
});

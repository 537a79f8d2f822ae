import { ManualClock } from '@whisper/server/testing';
import { describe, expect, it } from 'vitest';
import { TokenSource } from './token-source.ts';

/** Far off, as clocks of devices are. */
const skews = [0, -300_000, 300_000];

describe('a token source', () => {
  it('asks once however many calls need the token', async () => {
    const { source, asked } = openSource();

    await Promise.all([source.get(), source.get()]);
    await source.get();

    expect(asked()).toBe(1);
  });

  it.each(skews)('renews a minute’s token after 45 s on a clock that is %d ms off', async (skewMs) => {
    const { source, asked, clock } = openSource({ skewMs });
    await source.get();

    clock.advance(44_000);
    await source.get();
    expect(asked()).toBe(1);
    clock.advance(2_000);
    await source.get();

    expect(asked()).toBe(2);
  });

  it('sees the age of a token that the issuer handed out from a cache', async () => {
    const { source, clock, setAge } = openSource({ skewMs: 300_000 });
    await source.get();
    clock.advance(60_000);
    setAge(40_000);

    await source.get();

    expect(source.renewInMs()).toBeLessThan(6_000);
  });

  it('asks again after the server refused the token', async () => {
    const { source, asked } = openSource();
    await source.get();

    source.forget();
    await source.get();

    expect(asked()).toBe(2);
  });

  it('takes a token that says nothing of its life to live a minute', async () => {
    const source = new TokenSource(() => 'opaque', new ManualClock());

    await source.get();

    expect(source.renewInMs()).toBe(45_000);
  });

  it('passes on what the asking threw and recovers', async () => {
    let isBroken = true;
    const getToken = () => {
      if (isBroken) throw new Error('away');
      return 'token';
    };
    const source = new TokenSource(getToken, new ManualClock());
    await expect(source.get()).rejects.toThrow('away');

    isBroken = false;

    expect(await source.get()).toBe('token');
  });
});

/** An issuer whose tokens live a minute, seen from a device whose clock is `skewMs` ahead of it. */
function openSource({ skewMs = 0 } = {}) {
  const clock = new ManualClock();
  let askedCount = 0;
  let ageMs = 0;
  const getToken = () => {
    askedCount += 1;
    const iat = Math.floor((clock.now() - skewMs - ageMs) / 1000);
    return `header.${btoa(JSON.stringify({ iat, exp: iat + 60 }))}.signature`;
  };
  return {
    source: new TokenSource(getToken, clock),
    clock,
    asked: () => askedCount,
    setAge: (ms: number) => {
      ageMs = ms;
    },
  };
}

import { expect, it } from 'vitest';
import { Witness } from './witness.ts';

const seen = { person: 'carol', text: '{}', sent: 'GET /x', seed: 7 };

function watch() {
  const witness = new Witness(1);
  witness.protect('marker-of-two', ['alice', 'bob']);
  return witness;
}

it('finds what two people say in the answer to a stranger or to nobody, and not in their own', () => {
  const witness = watch();
  const text = '{"text":"marker-of-two 5"}';

  witness.saw({ ...seen, person: 'alice', text });
  expect(witness.findings).toEqual([]);
  witness.saw({ ...seen, text });
  witness.saw({ ...seen, person: undefined, text });

  expect(witness.findings).toMatchObject([
    { kind: 'leak', detail: expect.stringContaining('carol'), sent: ['GET /x'], seed: 7 },
    { kind: 'leak', detail: expect.stringContaining('nobody') },
  ]);
});

it('finds errors of the server by their status and by their words', () => {
  const witness = watch();

  for (const status of [200, 207, 400, 404, 413, 429, 431]) witness.saw({ ...seen, status });
  witness.saw({ ...seen, text: '{"error":{"code":"NOT_FOUND"}}' });
  expect(witness.findings).toEqual([]);
  witness.saw({ ...seen, status: 500 });
  witness.saw({ ...seen, status: 207, text: '[{"error":{"code":"INTERNAL_SERVER_ERROR"}}]' });
  witness.saw({ ...seen, text: 'E11000 duplicate key' });

  expect(witness.findings.map(({ kind }) => kind)).toEqual(['server error', 'server error', 'server error']);
});

it('tells with a death what was sent before it', () => {
  const witness = watch();
  witness.sends('HTTP', 'GET /the-last-one', 9);

  witness.find('death', 'code 1');

  expect(witness.findings).toMatchObject([{ sent: ['HTTP: GET /the-last-one'], seed: 9 }]);
});

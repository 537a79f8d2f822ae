import { describeReport, runVerify } from '../src/verify/run-verify.ts';

/** What verify says of a server after a short talk in which nothing is made to fail. */
export async function talkAndAudit({ url }: { readonly url: string }): Promise<string> {
  const report = await runVerify(
    {
      ...{ url, nodes: 1, messages: 100, settleSeconds: 2, seconds: 0 },
      ...{ faults: 0, hasChaos: false, seed: 1, preload: [] },
    },
    () => undefined,
  );
  return describeReport(report);
}

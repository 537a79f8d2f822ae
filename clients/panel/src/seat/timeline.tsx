import { MessageTraceSchema, type TraceStep } from '@whisper/shared';

type Props = { readonly trace: unknown };

/** Whether an answer is a message's way, which is looked at as one. */
export function isTrace(data: unknown): boolean {
  return MessageTraceSchema.safeParse(data).success;
}

/** What became of a message, step by step; what is not known is said to be unknown. */
export function Timeline({ trace }: Props) {
  const parsed = MessageTraceSchema.safeParse(trace);
  if (!parsed.success) return null;
  const { steps, peopleNotShown } = parsed.data;
  return (
    <ol className="timeline" tabIndex={0} aria-label="What became of the message">
      {steps.map((step) => {
        const [what, detail] = describe(step);
        const who = 'user' in step ? step.user.id : '';
        return (
          <li key={`${step.kind}:${who}`}>
            <b>{what}</b> {detail}
          </li>
        );
      })}
      {peopleNotShown > 0 && <li>{`${peopleNotShown} more people`}</li>}
    </ol>
  );
}

function describe(step: TraceStep): readonly [what: string, detail: string] {
  switch (step.kind) {
    case 'stored':
      return ['stored', `place ${step.seq}, rev ${step.rev}, ${step.at.toISOString()}`];
    case 'announced':
      return ['announced', step.state === 'yes' ? 'to whoever is connected' : 'unknown'];
    case 'reached':
      return [step.reach, step.user.name];
    case 'pushed':
      return ['pushed', `${step.user.name}: ${describePushes(step.outcomes)}`];
    case 'changed':
      return [step.what, `rev ${step.rev}, ${step.at.toISOString()}`];
  }
  return step satisfies never;
}

function describePushes(outcomes: Extract<TraceStep, { kind: 'pushed' }>['outcomes']): string {
  if (outcomes === null) return 'unknown';
  return outcomes.map(({ device, outcome }) => `${device ?? 'no device'}: ${outcome}`).join(', ');
}

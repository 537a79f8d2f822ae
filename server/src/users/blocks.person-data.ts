import type { UserId } from '@whisper/shared';
import type { HoldsPersonData } from '../platform/person-data.ts';
import { blockModel } from './block.model.ts';
import type { UsersDeps } from './deps.ts';

/** Whom the person blocks, and that others block them: they are told of the first alone. */
export function blocksPersonData({ db, blocks }: Pick<UsersDeps, 'db' | 'blocks'>): HoldsPersonData {
  const model = blockModel(db);
  return {
    place: 'blocks',
    holds: 'whom the person blocks and since when; who blocks them, which nobody is told',
    async *exportRows({ userId }) {
      for (const { blocked, at } of await model.find({ blocker: userId }).lean()) {
        yield { kind: 'block', userId: blocked.toHexString() as UserId, at };
      }
    },
    async *erase({ userId }) {
      const { deletedCount } = await model.deleteMany({ $or: [{ blocker: userId }, { blocked: userId }] });
      blocks.doubtAll();
      yield deletedCount;
    },
    count: ({ userId }) => model.countDocuments({ $or: [{ blocker: userId }, { blocked: userId }] }),
  };
}

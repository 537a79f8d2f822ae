import type { MessagesDeps } from './messages/deps.ts';
import type { UsersDeps } from './users/deps.ts';
import { chatsPersonData } from './chats/chats.person-data.ts';
import { filesPersonData } from './files/files.person-data.ts';
import { revocationsPersonData } from './identity/revocations.person-data.ts';
import { messagesPersonData } from './messages/messages.person-data.ts';
import { migrationPlaces } from './migrations/migrations.person-data.ts';
import { erasurePlace, exportTicketsPersonData, leasePlace } from './own-data/own-data.person-data.ts';
import type { FilesDeps } from './files/deps.ts';
import type { DataPlace } from './platform/person-data.ts';
import { pushKeysPlace, pushPersonData } from './push/push.person-data.ts';
import { dataDirPlaces } from './platform/places.person-data.ts';
import { reportsPersonData } from './moderation/reports.person-data.ts';
import { auditsPersonData } from './users/audits.person-data.ts';
import { blocksPersonData } from './users/blocks.person-data.ts';
import { departurePlace, usersPersonData } from './users/users.person-data.ts';
import { legacySessionsPersonData } from './wires/socketio/sessions.person-data.ts';

type Deps = UsersDeps & Pick<MessagesDeps, 'broker' | 'messageLog'> & FilesDeps;

/**
 * Every collection, every file and folder of DATA_DIR, and what of a person stands in it. In the order in which a person is
 * erased: what they wrote before the chats that it is found by, and themselves last.
 */
export function createDataRegistry(deps: Deps): readonly DataPlace[] {
  return [
    ...pushPersonData(deps.db),
    messagesPersonData(deps),
    ...filesPersonData(deps),
    ...chatsPersonData(deps),
    reportsPersonData(deps.db),
    auditsPersonData(deps.db),
    blocksPersonData(deps),
    usersPersonData(deps),
    revocationsPersonData(deps.db),
    exportTicketsPersonData(deps.db),
    erasurePlace,
    leasePlace,
    departurePlace,
    legacySessionsPersonData(deps.db),
    pushKeysPlace,
    ...migrationPlaces,
    ...dataDirPlaces,
  ];
}

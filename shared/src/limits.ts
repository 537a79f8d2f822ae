/** Every bound a client may meet, in one place: the server enforces them, clients may check first. */
export const limits = {
  /** Characters (UTF-16 code units) of a message's text after trimming. */
  textLengthMax: 8_000,
  /** What a reply shows of the message it answers. */
  excerptLengthMax: 200,
  emojiLengthMax: 64,
  /** Different emoji on one message. */
  reactionsMax: 20,
  /** Files in one message. */
  attachmentsMax: 10,
  fileNameLengthMax: 255,
  mediaTypeLengthMax: 255,
  /** What is said of a picture for those who do not see it. */
  altLengthMax: 1_000,
  /** A link to a file lives at least this long, and at most one and a half times as long. */
  fileLinkMs: 30 * 60_000,
  /** The same of a link in the text that an old app shows in place of a file. */
  legacyFileLinkMs: 7 * 24 * 60 * 60_000,
  /** People named in one message. */
  mentionsMax: 50,
  /** People of one group. */
  groupSizeMax: 1_000,
  /** Of people who are added to a group at once, a message names so many. */
  addedNamedMax: 32,
  /** In a chat of more people than this, how far each has read is not told to all, and who types to nobody. */
  smallChatMax: 32,
  /** What members of a group can be made to wait between two messages: a day. */
  slowModeSecondsMax: 86_400,
  groupNameLengthMax: 100,
  avatarLengthMax: 2_048,
  /** How long a group may say that its messages are kept. */
  retentionDaysMax: 36_500,
  /** People named in one call, such as new members. */
  peoplePerCallMax: 1_000,
  memberPageSizeMax: 100,
  /** Invitations of one group that work at the same time. */
  invitesMax: 50,
  inviteUsesMax: 1_000_000,
  /** Messages of one chat that a person hides from themselves. */
  hiddenMax: 1_000,
  /** People whose part in a trace is told one by one. */
  tracedPeopleMax: 100,
  /** Earlier texts kept of one message: its first, and the latest. */
  editsMax: 100,
  /** People that one person blocks. */
  blockedMax: 1_000,
  /** What somebody writes with a report, a resolution or a suspension. */
  reportTextLengthMax: 1_000,
  reportPageSizeMax: 50,
  queryLengthMax: 100,
  /** Different words from the beginning of a message by which it is found; characters, of scripts without blanks between words. */
  searchedWordsMax: 400,
  searchPageSizeMax: 50,
  tokenLengthMax: 8_192,
  cursorLengthMax: 512,
  userPageSizeMax: 50,
  chatPageSizeMax: 50,
  messagePageSizeMax: 100,
  changesPageSizeMax: 500,
  /** Bytes of one tRPC frame or HTTP body from a client that is signed in. */
  frameBytesMax: 2 * 1024 * 1024,
  /** Bytes of one frame, connection parameters included, before it is known who sends it. */
  strangerFrameBytesMax: 16 * 1024,
  /** Bytes of one Socket.IO packet, and of one body of its polling transport. */
  packetBytesMax: 128 * 1024,
  /** Bytes of one webhook, whose sender is known only when all of it is there. */
  webhookBytesMax: 256 * 1024,
  /** Calls in one HTTP batch of our own clients, which keeps URLs short. */
  batchSizeMax: 50,
  /** Calls in one HTTP batch or WebSocket frame: what an unmodified client may say in one tick. */
  callsPerFrameMax: 500,
  subscriptionsPerSocketMax: 100,
  socketsPerUserMax: 20,
  /** A socket that announced connectionParams sends them within this time. */
  authDeadlineMs: 10_000,
  /** Unsent bytes at which a socket's subscriptions pause until it reads again. */
  outgoingBytesMax: 1024 * 1024,
  /** A socket that stays paused for this long is closed with `slowReader`. */
  stalledMs: 30_000,
  /** Typing ends by itself when it is not renewed for this long. */
  typingTtlMs: 6_000,
  /** How long a person stays online after their last connection closed. */
  offlineGraceMs: 5_000,
  /** Devices of one person that receive pushes; another one takes the place of the one that was heard of longest ago. */
  devicesMax: 20,
  deviceLabelLengthMax: 100,
  pushAddressLengthMax: 2_048,
  /** What a push shows of a message. */
  pushTextLengthMax: 200,
  /** People whose presence one subscription may ask for, besides those its person shares a chat with. */
  presenceAskedMax: 200,
} as const;

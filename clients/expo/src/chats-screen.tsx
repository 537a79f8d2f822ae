import { useChats, useClient, usePresence, useStore, useTyping } from '@whisper/react';
import { describeSystem, faceOf, type Chat, type ChatId } from '@whisper/shared';
import { useState } from 'react';
import { FlatList, Pressable, Text, TextInput, View } from 'react-native';
import { styles } from './styles.ts';

type Props = { readonly onOpen: (chatId: ChatId) => void; readonly onSignOut: () => void };

/** My chats, the newest conversation first. */
export function ChatsScreen({ onOpen, onSignOut }: Props) {
  const { chats, isSynced, loadMore } = useChats();
  const me = useStore((snapshot) => snapshot.me);
  return (
    <View style={styles.screen}>
      <View style={styles.header}>
        <Text style={styles.title}>{me?.name ?? 'Whisper'}</Text>
        <Pressable accessibilityRole="button" onPress={onSignOut}>
          <Text style={styles.link}>Sign out</Text>
        </Pressable>
      </View>
      <NewChat onOpen={onOpen} />
      <FlatList
        data={chats}
        keyExtractor={({ id }) => id}
        renderItem={({ item }) => <ChatLine chat={item} onOpen={onOpen} />}
        onEndReached={loadMore}
        ListEmptyComponent={<Text style={styles.lead}>{isSynced ? 'No chats yet.' : 'Loading …'}</Text>}
      />
    </View>
  );
}

type LineProps = { readonly chat: Chat; readonly onOpen: (chatId: ChatId) => void };

function ChatLine({ chat, onOpen }: LineProps) {
  const face = faceOf(chat);
  const presence = usePresence(chat.kind === 'direct' ? face.id : null);
  const { typing } = useTyping(chat.id);
  return (
    <Pressable accessibilityRole="button" style={styles.row} onPress={() => onOpen(chat.id)}>
      <Text style={styles.name}>{presence === 'online' ? `${face.name} ●` : face.name}</Text>
      <Text numberOfLines={1}>{typing.length > 0 ? 'typing …' : previewOf(chat)}</Text>
      {chat.unread > 0 && <Text style={styles.badge}>{chat.unread}</Text>}
    </Pressable>
  );
}

function previewOf({ lastMessage }: Chat): string {
  if (!lastMessage) return '';
  if (lastMessage.system) return describeSystem(lastMessage.system, lastMessage.sender);
  return lastMessage.deletedAt ? 'Message deleted' : lastMessage.text;
}

/** Opens the chat with somebody who is found by name. */
function NewChat({ onOpen }: Pick<Props, 'onOpen'>) {
  const client = useClient();
  const [query, setQuery] = useState('');
  const [failure, setFailure] = useState('');
  const open = async () => {
    if (!client || query.trim() === '') return;
    try {
      const { users } = await client.api.user.list.query({ query: query.trim(), limit: 1 });
      const [found] = users;
      if (!found) return setFailure('Nobody is called that.');
      onOpen((await client.store.openDirect(found.id)).id);
    } catch {
      setFailure('The server does not answer.');
    }
  };
  return (
    <View>
      <TextInput
        accessibilityLabel="Write to"
        placeholder="Write to …"
        autoCapitalize="none"
        style={styles.input}
        value={query}
        onChangeText={setQuery}
        onSubmitEditing={() => void open()}
      />
      {failure !== '' && <Text>{failure}</Text>}
    </View>
  );
}

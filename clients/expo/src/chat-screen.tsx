import { useChat, useClient, usePresence, useStore, useTyping } from '@whisper/react';
import type { ChatRow } from '@whisper/client';
import { describeSystem, faceOf, type ChatId, type UserId } from '@whisper/shared';
import { useEffect, useMemo, useState } from 'react';
import { FlatList, KeyboardAvoidingView, Platform, Pressable, Text, TextInput, View } from 'react-native';
import { styles } from './styles.ts';

type Props = { readonly chatId: ChatId; readonly onBack: () => void };

/** One chat: its messages, the newest at the bottom, and what one writes. */
export function ChatScreen({ chatId, onBack }: Props) {
  const { chat, view, rows, loadOlder, markRead } = useChat(chatId);
  const me = useStore((snapshot) => snapshot.me);
  const upwards = useMemo(() => rows.toReversed(), [rows]);
  useEffect(() => markRead(), [rows, markRead]);
  const face = chat && faceOf(chat);
  return (
    <KeyboardAvoidingView style={styles.screen} behavior={Platform.OS === 'ios' ? 'padding' : undefined}>
      <View style={styles.header}>
        <Pressable accessibilityRole="button" accessibilityLabel="Back" onPress={onBack}>
          <Text style={styles.link}>‹ Chats</Text>
        </Pressable>
        <Text style={styles.title}>{face?.name}</Text>
      </View>
      <Activity chatId={chatId} other={chat?.kind === 'direct' ? face?.id : null} />
      {view.status === 'failed' && <Text style={styles.lead}>{view.failure.message}</Text>}
      <FlatList
        inverted
        data={upwards}
        keyExtractor={keyOf}
        renderItem={({ item }) => <Line row={item} myId={me?.id} />}
        onEndReached={loadOlder}
      />
      <Composer chatId={chatId} />
    </KeyboardAvoidingView>
  );
}

type ActivityProps = { readonly chatId: ChatId; readonly other: UserId | null | undefined };

function Activity({ chatId, other }: ActivityProps) {
  const presence = usePresence(other);
  const { typing } = useTyping(chatId);
  if (typing.length > 0) return <Text style={styles.activity}>typing …</Text>;
  return <Text style={styles.activity}>{presence === 'unknown' ? '' : presence}</Text>;
}

function keyOf(row: ChatRow): string {
  return row.state === 'sent' ? row.message.clientId : row.draft.clientId;
}

function Line({ row, myId }: { readonly row: ChatRow; readonly myId: UserId | undefined }) {
  const store = useClient()?.store;
  if (row.state === 'sent') {
    const { sender, system, deletedAt, text } = row.message;
    if (system) return <Text style={styles.lead}>{describeSystem(system, sender)}</Text>;
    const isMine = sender.id === myId;
    return (
      <View style={isMine ? styles.mine : styles.theirs}>
        {!isMine && <Text style={styles.name}>{sender.name}</Text>}
        <Text>{deletedAt ? 'Message deleted' : text}</Text>
      </View>
    );
  }
  const { clientId, text, failure } = row.draft;
  return (
    <View style={styles.mine}>
      <Text>{text}</Text>
      <Text style={styles.activity}>{failure ? failure.message : 'sending …'}</Text>
      {failure && (
        <Pressable accessibilityRole="button" onPress={() => store?.retry(clientId)}>
          <Text style={styles.link}>Send again</Text>
        </Pressable>
      )}
    </View>
  );
}

function Composer({ chatId }: Pick<Props, 'chatId'>) {
  const { send } = useChat(chatId);
  const { setTyping } = useTyping(chatId);
  const [text, setText] = useState('');
  const change = (next: string) => {
    setText(next);
    setTyping(next !== '');
  };
  const submit = () => {
    if (send(text)) change('');
  };
  return (
    <View style={styles.header}>
      <TextInput
        accessibilityLabel="Message"
        placeholder="Message"
        multiline
        style={styles.input}
        value={text}
        onChangeText={change}
      />
      <Pressable accessibilityRole="button" accessibilityLabel="Send" onPress={submit}>
        <Text style={styles.link}>Send</Text>
      </Pressable>
    </View>
  );
}

import { devTokens } from '@whisper/client';
import { useClient, useConnection, useWhisperClient, WhisperProvider } from '@whisper/react';
import type { ChatId } from '@whisper/shared';
import { useState } from 'react';
import { Pressable, SafeAreaView, StatusBar, Text, View } from 'react-native';
import { ChatScreen } from './chat-screen.tsx';
import { ChatsScreen } from './chats-screen.tsx';
import { connect, defaultUrl, type Person } from './connect.ts';
import { SignInScreen } from './sign-in-screen.tsx';
import { styles } from './styles.ts';
import { usePushToken, type GetPushToken } from './use-push-token.ts';

type Props = {
  readonly url?: string;
  /** Somebody who is signed in otherwise, such as with Clerk; without it the app asks for a name. */
  readonly person?: Person | null;
  /** The same function while it is mounted; without it the phone receives no pushes. */
  readonly getPushToken?: GetPushToken;
};

export function App({ url = defaultUrl, person: given = null, getPushToken }: Props) {
  const [chosen, setChosen] = useState<Person | null>(null);
  const person = given ?? chosen;
  const { client, renew } = useWhisperClient(person, (who) => connect(url, who));
  const signIn = (name: string) => setChosen({ account: name, getToken: devTokens(url, name) });
  return (
    <SafeAreaView style={styles.screen}>
      <StatusBar />
      {person ? (
        <WhisperProvider client={client}>
          <Notice onRenew={renew} />
          <Chats getPushToken={getPushToken} onSignOut={() => setChosen(null)} />
        </WhisperProvider>
      ) : (
        <SignInScreen url={url} onSignIn={signIn} />
      )}
    </SafeAreaView>
  );
}

type ChatsProps = { readonly getPushToken: GetPushToken | undefined; readonly onSignOut: () => void };

/** One chat at a time, or the list of them. */
function Chats({ getPushToken, onSignOut }: ChatsProps) {
  const client = useClient();
  usePushToken(getPushToken);
  const [chatId, setChatId] = useState<ChatId | null>(null);
  // Nothing of the person stays on a phone that they sign out of, but what they have not sent yet.
  const signOut = () => void client?.forget().then(onSignOut, onSignOut);
  if (chatId !== null) return <ChatScreen chatId={chatId} onBack={() => setChatId(null)} />;
  return <ChatsScreen onOpen={setChatId} onSignOut={signOut} />;
}

function Notice({ onRenew }: { readonly onRenew: () => void }) {
  const connection = useConnection();
  const isRefused = connection.status === 'refused';
  if (!isRefused && !connection.isLost) return null;
  return (
    <View style={styles.notice}>
      <Text>{isRefused ? connection.message : 'No connection. What you write is sent later.'}</Text>
      <Pressable accessibilityRole="button" onPress={isRefused ? onRenew : connection.retryNow}>
        <Text style={styles.link}>Try again</Text>
      </Pressable>
    </View>
  );
}

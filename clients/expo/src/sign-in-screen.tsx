import { fetchDevPeople, type DevPeople } from '@whisper/client';
import { useEffect, useState } from 'react';
import { Pressable, Text, TextInput, View } from 'react-native';
import { styles } from './styles.ts';

type Props = { readonly url: string; readonly onSignIn: (name: string) => void };

/** Asks a development server whom it proposes, and takes any other name as well. */
export function SignInScreen({ url, onSignIn }: Props) {
  const [people, setPeople] = useState<DevPeople | null>(null);
  const [name, setName] = useState('');
  useEffect(() => {
    let isShown = true;
    void fetchDevPeople(url).then((found) => isShown && setPeople(found));
    return () => {
      isShown = false;
    };
  }, [url]);
  if (people?.status !== 'offered') return <Text style={styles.lead}>{explain(people, url)}</Text>;
  return (
    <View style={styles.form}>
      <Text style={styles.title}>Whisper</Text>
      {people.names.map((each) => (
        <Pressable key={each} accessibilityRole="button" style={styles.row} onPress={() => onSignIn(each)}>
          <Text>{each}</Text>
        </Pressable>
      ))}
      <TextInput
        accessibilityLabel="Another name"
        placeholder="Another name"
        autoCapitalize="none"
        style={styles.input}
        value={name}
        onChangeText={setName}
        onSubmitEditing={() => name.trim() !== '' && onSignIn(name.trim())}
      />
    </View>
  );
}

function explain(people: Exclude<DevPeople, { status: 'offered' }> | null, url: string): string {
  switch (people?.status) {
    case undefined:
      return 'Looking for the server …';
    case 'elsewhere':
      return `${url} signs people in by name on its own machine only. Start it with DEV_SIGN_IN_LAN=on.`;
    case 'none':
      return 'People sign in with Clerk there: see the README of this app.';
    case 'unreachable':
      return `${url} does not answer. Set EXPO_PUBLIC_WHISPER_URL to where your server is.`;
  }
}

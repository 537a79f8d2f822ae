import AsyncStorage from '@react-native-async-storage/async-storage';
import NetInfo from '@react-native-community/netinfo';
import { appWakeUps, createWhisperClient, type GetToken, type WhisperClient } from '@whisper/client';
import { AppState, Platform } from 'react-native';

/** Who is signed in: with the local sign-in by name, with Clerk by its user id and `getToken`. */
export type Person = {
  /** Names them on this device, also without the server. */
  readonly account: string;
  readonly getToken: GetToken;
};

/** The server: Android's emulator reaches the machine it runs on by an address of its own. */
export const defaultUrl =
  process.env.EXPO_PUBLIC_WHISPER_URL ??
  (Platform.OS === 'android' ? 'http://10.0.2.2:3000' : 'http://localhost:3000');

/** What is unsent and what was last shown stay on the phone; it comes back at once in the foreground and on another network. */
export function connect(url: string, { account, getToken }: Person): WhisperClient {
  return createWhisperClient({
    url,
    getToken,
    storage: AsyncStorage,
    cache: { storage: AsyncStorage, account },
    wakeUps: appWakeUps({ AppState, NetInfo }),
  });
}

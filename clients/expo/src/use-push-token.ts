import { useClient } from '@whisper/react';
import { useEffect } from 'react';
import { Platform } from 'react-native';

/** This phone's address at Expo's push service; null where the person wants no pushes. */
export type GetPushToken = () => Promise<string | null>;

/** The phone receives pushes for whoever is signed in, from every start of the app on. */
export function usePushToken(getPushToken: GetPushToken | undefined): void {
  const client = useClient();
  useEffect(() => {
    if (client && getPushToken) void register(client, getPushToken);
  }, [client, getPushToken]);
}

/** Without pushes the app works as well; the next start tries again. */
async function register(client: NonNullable<ReturnType<typeof useClient>>, getPushToken: GetPushToken) {
  try {
    const token = await getPushToken();
    if (token !== null)
      await client.api.device.register.mutate({ kind: 'expo', token, platform: Platform.OS });
  } catch {
    // Refused by the person or the server, or out of reach: there is nothing to show for it.
  }
}

import { StyleSheet } from 'react-native';

const bubble = { margin: 4, padding: 8, borderRadius: 12, maxWidth: '80%' } as const;

export const styles = StyleSheet.create({
  screen: { flex: 1, backgroundColor: '#fff' },
  header: {
    flexDirection: 'row',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: 12,
    padding: 12,
  },
  title: { fontSize: 20, fontWeight: '600' },
  lead: { padding: 16, textAlign: 'center', color: '#555' },
  form: { padding: 24, gap: 8 },
  row: { padding: 12, borderBottomWidth: StyleSheet.hairlineWidth, borderColor: '#ccc' },
  name: { fontWeight: '600' },
  badge: {
    alignSelf: 'flex-end',
    color: '#fff',
    backgroundColor: '#2456c7',
    borderRadius: 10,
    paddingHorizontal: 7,
  },
  activity: { paddingHorizontal: 12, color: '#555', fontSize: 12 },
  notice: { flexDirection: 'row', justifyContent: 'space-between', padding: 8, backgroundColor: '#ffe9b8' },
  link: { color: '#2456c7' },
  input: {
    flex: 1,
    padding: 10,
    borderWidth: StyleSheet.hairlineWidth,
    borderColor: '#aaa',
    borderRadius: 8,
  },
  mine: { ...bubble, alignSelf: 'flex-end', backgroundColor: '#d7e5ff' },
  theirs: { ...bubble, alignSelf: 'flex-start', backgroundColor: '#eee' },
});

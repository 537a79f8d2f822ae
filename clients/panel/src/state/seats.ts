import { Value } from '@whisper/client';
import { SeatModel } from '../seat/seat-model.ts';
import { readStored, store } from './storage.ts';

/** The seats of this page. The sidebar chooses a procedure for the active one. */
export type Seats = { readonly all: readonly SeatModel[]; readonly active: number };

export const seatsMax = 2;

export const seats = new Value<Seats>({ all: [], active: 0 });

/** Names, not tokens, are remembered from one visit to the next. */
export function signIn(index: number, name: string): void {
  const { all } = seats.getSnapshot();
  const names = rememberedNames();
  names[index] = name;
  store('people', names);
  for (const [each, seat] of all.entries()) if (each !== index) seat.partner = name;
  void all[index]?.signIn({ kind: 'name', name });
}

/** Makes so many seats. Each gets the person who sat there last time, or one that no other seat has. */
export function setSeatCount(count: number, people: readonly string[]): void {
  const { all, active } = seats.getSnapshot();
  for (const seat of all.slice(count)) seat.signOut();
  const kept = all.slice(0, count);
  const added = Array.from({ length: Math.max(0, count - kept.length) }, () => new SeatModel(people));
  seats.set({ all: [...kept, ...added], active: Math.min(active, count - 1) });
  if (people.length === 0) return;
  const names = namesFor(count, people);
  for (const [index, seat] of added.entries()) {
    seat.partner = names[1 - (kept.length + index)] ?? '';
    signIn(kept.length + index, names[kept.length + index] ?? '');
  }
}

export function activate(index: number): void {
  const current = seats.getSnapshot();
  if (current.active !== index) seats.set({ ...current, active: index });
}

function namesFor(count: number, people: readonly string[]): string[] {
  const names: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const free = people.find((name) => !names.includes(name));
    names.push(rememberedNames()[index] ?? free ?? '');
  }
  return names;
}

function rememberedNames(): (string | undefined)[] {
  const stored = readStored('people');
  return Array.isArray(stored)
    ? stored.slice(0, seatsMax).map((name) => (name ? String(name) : undefined))
    : [];
}

import { useEffect } from 'react';
import type { ProcedureDescription } from '../api/description.ts';
import { useValue } from '../ui/use-value.ts';
import { hashOf, noteInAddress, route } from './route.ts';
import { seats } from './seats.ts';

/** Browsers slow down a page that changes its address at every key. */
const quietMs = 200;
const hashLengthMax = 50_000;

/** Keeps what is written in the seats in the address: a reload brings it back, and a copied link takes it along. */
export function useLinkedInputs(procedures: readonly ProcedureDescription[]): void {
  const { paths, inputs } = useValue(route);
  const { all } = useValue(seats);

  useEffect(() => {
    for (const [index, path] of paths.entries()) {
      const input = inputs?.[index];
      const procedure = procedures.find((each) => each.path === path);
      if (input !== undefined && procedure) all[index]?.adopt(procedure, input);
    }
  }, [paths, inputs, all, procedures]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const write = () => {
      const current = route.getSnapshot();
      if (current.paths.length === 0 || all.length < current.paths.length) return;
      const written = current.paths.map((path, index) =>
        all[index]?.linkedInput(procedures.find((each) => each.path === path)),
      );
      const hash = hashOf({ ...current, inputs: written });
      if (hash.length <= hashLengthMax) noteInAddress(hash);
    };
    const writeSoon = () => {
      clearTimeout(timer);
      timer = setTimeout(write, quietMs);
    };
    const stops = [route, ...all.map(({ state }) => state)].map((value) => value.subscribe(writeSoon));
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [all, procedures]);
}

import { useEffect, useRef, useState } from 'react';

/** Longer ones end by themselves. */
const secondsMax = 15 * 60;

/** Ogg first: its type says that there is nothing to see in it. */
const types = ['audio/ogg;codecs=opus', 'audio/mp4', 'audio/webm;codecs=opus'];

type State = 'impossible' | 'idle' | 'recording' | 'refused';

/** A recording of the microphone; what it records is given away when it is stopped and thrown away when it is left. */
export function useRecorder(onRecorded: (file: File) => void) {
  const [state, setState] = useState<State>(canRecord() ? 'idle' : 'impossible');
  const [seconds, setSeconds] = useState(0);
  const running = useRef<MediaRecorder | null>(null);
  useEffect(
    () => () => {
      end(running.current);
      running.current = null;
    },
    [],
  );
  useEffect(() => {
    if (state !== 'recording') return;
    const timer = setInterval(() => setSeconds((past) => past + 1), 1_000);
    return () => clearInterval(timer);
  }, [state]);
  useEffect(() => {
    if (seconds >= secondsMax) running.current?.stop();
  }, [seconds]);

  const start = async () => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const recorder = new MediaRecorder(stream, { mimeType: typeHere() });
      running.current = recorder;
      const pieces: Blob[] = [];
      recorder.ondataavailable = ({ data }) => pieces.push(data);
      recorder.onstop = () => {
        end(recorder);
        setState('idle');
        if (running.current === recorder) onRecorded(toFile(pieces, recorder.mimeType));
        running.current = null;
      };
      recorder.start();
      setSeconds(0);
      setState('recording');
    } catch {
      setState('refused');
    }
  };
  const stop = () => running.current?.stop();
  const cancel = () => {
    const recorder = running.current;
    running.current = null;
    recorder?.stop();
  };
  return { state, seconds, start: () => void start(), stop, cancel };
}

function canRecord(): boolean {
  return typeof MediaRecorder !== 'undefined' && navigator.mediaDevices !== undefined;
}

function typeHere(): string {
  return types.find((type) => MediaRecorder.isTypeSupported(type)) ?? '';
}

function end(recorder: MediaRecorder | null): void {
  for (const track of recorder?.stream.getTracks() ?? []) track.stop();
}

function toFile(pieces: Blob[], mimeType: string): File {
  const type = mimeType.split(';')[0] ?? '';
  const at = new Date().toISOString().slice(0, 19).replaceAll(':', '.').replace('T', ' ');
  return new File(pieces, `Voice note ${at}.${type.split('/')[1] ?? 'webm'}`, { type });
}

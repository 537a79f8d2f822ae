/** What the browser keeps for the panel; without storage (private windows, full disks) nothing is kept. */
export function readStored(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(`whisper.panel.${key}`) ?? 'null');
  } catch {
    return null;
  }
}

export function store(key: string, value: unknown): void {
  try {
    localStorage.setItem(`whisper.panel.${key}`, JSON.stringify(value));
  } catch {
    // Without storage the value lasts until the page is closed.
  }
}

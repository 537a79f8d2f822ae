/** What browsers show without running anything: pictures that were written anew, sound and film. */
const shown = /^(?:image\/(?:jpeg|png|gif|webp)|(?:audio|video)\/[\w.+-]+)$/;

/** What a browser is told that a file is. What it could run is bytes to it. */
export function toServedType(type: string): string {
  if (type === 'text/plain') return 'text/plain; charset=utf-8';
  return shown.test(type) || type === 'application/pdf' ? type : 'application/octet-stream';
}

/** Everything but what is shown is saved, under its name. */
export function toDisposition(name: string, type: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  const how = shown.test(type) ? 'inline' : 'attachment';
  return `${how}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

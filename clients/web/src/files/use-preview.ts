import type { Upload } from '@whisper/client';
import { useEffect, useState } from 'react';

/** The address of a picture that is on its way, on this page; null for what is no picture or is not on the device any more. */
export function usePreview(upload: Upload | undefined): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!upload?.file.type.startsWith('image/') || upload.file.type.startsWith('image/svg')) return;
    let made: string | undefined;
    let isOver = false;
    void upload.bytes().then(
      (bytes) => {
        if (!bytes || isOver) return;
        made = URL.createObjectURL(bytes);
        setUrl(made);
      },
      () => undefined,
    );
    return () => {
      isOver = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [upload]);
  return url;
}

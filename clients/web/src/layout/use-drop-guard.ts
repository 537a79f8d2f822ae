import { useEffect } from 'react';
import { isEditable } from './use-shortcuts.ts';

/** A file or a link that is dropped here must not replace the page. Text may be dropped where one writes. */
export function useDropGuard(): void {
  useEffect(() => {
    const guard = (event: DragEvent) => {
      const hasFiles = event.dataTransfer?.types.includes('Files') ?? false;
      if (event.defaultPrevented || (isEditable(event.target) && !hasFiles)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'none';
    };
    addEventListener('dragover', guard);
    addEventListener('drop', guard);
    return () => {
      removeEventListener('dragover', guard);
      removeEventListener('drop', guard);
    };
  }, []);
}

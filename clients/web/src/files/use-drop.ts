import { useState, type DragEvent } from 'react';

/** Files may be dropped on what these are given to. */
export function useDrop(onDrop: (files: readonly File[]) => void) {
  const [depth, setDepth] = useState(0);
  const isOfFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  const take = (event: DragEvent) => {
    if (!isOfFiles(event)) return false;
    event.preventDefault();
    return true;
  };
  return {
    isOver: depth > 0,
    dropProps: {
      onDragEnter: (event: DragEvent) => take(event) && setDepth((now) => now + 1),
      onDragLeave: (event: DragEvent) => isOfFiles(event) && setDepth((now) => Math.max(0, now - 1)),
      onDragOver: (event: DragEvent) => {
        if (take(event)) event.dataTransfer.dropEffect = 'copy';
      },
      onDrop: (event: DragEvent) => {
        if (!take(event)) return;
        setDepth(0);
        onDrop([...event.dataTransfer.files]);
      },
    },
  };
}

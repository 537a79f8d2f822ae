import { useEffect, useRef, type PointerEvent } from 'react';

const pressMs = 450;
/** A finger that moves further than this scrolls, in pixels. */
const moveMax = 10;

/** Handlers for an element on which a finger may rest. A link keeps what the browser does with it. */
export function useLongPress(onPress: () => void) {
  const press = useRef<{ timer: ReturnType<typeof setTimeout>; x: number; y: number } | null>(null);
  const end = () => {
    clearTimeout(press.current?.timer);
    press.current = null;
  };
  useEffect(() => end, []);
  return {
    onPointerDown: ({ pointerType, target, clientX: x, clientY: y }: PointerEvent) => {
      end();
      if (pointerType !== 'touch' || (target instanceof Element && target.closest('a'))) return;
      press.current = { timer: setTimeout(onPress, pressMs), x, y };
    },
    onPointerMove: ({ clientX, clientY }: PointerEvent) => {
      const { x = clientX, y = clientY } = press.current ?? {};
      if (Math.hypot(clientX - x, clientY - y) > moveMax) end();
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}

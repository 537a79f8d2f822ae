/**
 * Whether a key belongs to an input method that composes a word. Safari ends the composition before it tells of the
 * key that ended it, and marks that key with 229 alone.
 */
export function isComposing({
  isComposing,
  keyCode,
}: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean {
  return isComposing || keyCode === 229;
}

/** Whether one types on the screen here, where Enter is the only way to a new line. */
export function hasTouchKeyboard(): boolean {
  return matchMedia('(hover: none) and (pointer: coarse)').matches;
}

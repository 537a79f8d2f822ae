import type { ComponentType } from 'react';

export function registerRootComponent(_app: ComponentType): void {
  // The phone shows it; here a test does.
}

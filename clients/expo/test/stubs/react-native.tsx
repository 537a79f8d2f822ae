// What the app uses of React Native, as elements that a test finds by their name and presses by their properties.
import { createElement, Fragment, type ReactElement, type ReactNode } from 'react';

type Style = Readonly<Record<string, unknown>>;
type Shared = {
  readonly children?: ReactNode;
  readonly style?: Style;
  readonly accessibilityRole?: 'button';
  readonly accessibilityLabel?: string;
};

const element =
  <Props extends Shared>(name: string) =>
  (props: Props): ReactElement =>
    createElement(name, props);

export const View = element('view');
export const SafeAreaView = element('safe-area-view');
export const StatusBar = element('status-bar');
export const Text = element<Shared & { readonly numberOfLines?: number }>('text');
export const Pressable = element<Shared & { readonly onPress: () => void }>('pressable');
export const KeyboardAvoidingView = element<Shared & { readonly behavior: 'padding' | undefined }>('view');

type TextInputProps = Shared & {
  readonly value: string;
  readonly placeholder?: string;
  readonly multiline?: boolean;
  readonly autoCapitalize?: 'none';
  readonly onChangeText: (text: string) => void;
  readonly onSubmitEditing?: () => void;
};
export const TextInput = element<TextInputProps>('text-input');

type ListProps<Item> = {
  readonly data: readonly Item[];
  readonly keyExtractor: (item: Item) => string;
  readonly renderItem: (row: { readonly item: Item }) => ReactElement;
  readonly inverted?: boolean;
  readonly onEndReached?: () => void;
  readonly ListEmptyComponent?: ReactElement;
};

/** From top to bottom as a person sees it. */
export function FlatList<Item>({ data, keyExtractor, renderItem, ...list }: ListProps<Item>): ReactElement {
  const rows = data.map((item) => <Fragment key={keyExtractor(item)}>{renderItem({ item })}</Fragment>);
  return <>{rows.length === 0 ? list.ListEmptyComponent : list.inverted ? rows.toReversed() : rows}</>;
}

export const StyleSheet = {
  hairlineWidth: 1,
  create: <Styles extends Readonly<Record<string, Style>>>(styles: Styles): Styles => styles,
};

export const Platform: { readonly OS: 'ios' | 'android' } = { OS: 'android' };

const listeners = new Set<(state: string) => void>();

export const AppState = {
  addEventListener(_type: 'change', listener: (state: string) => void): { remove(): void } {
    listeners.add(listener);
    return { remove: () => listeners.delete(listener) };
  },
};

/** For tests: the app comes to the foreground or leaves it. */
export function changeAppState(state: 'active' | 'background'): void {
  for (const listener of listeners) listener(state);
}

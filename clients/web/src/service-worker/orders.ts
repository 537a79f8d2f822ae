/** What a page asks of the worker, which knows all windows of the app. */
export type Order =
  /** Shown unless somebody looks at a window, or it was shown already. */
  | {
      readonly type: 'notify';
      readonly chatId: string;
      readonly seq: number;
      readonly url: string;
      readonly title: string;
      readonly body: string;
    }
  /** A chat was read: nothing of it needs to be shown any more. */
  | { readonly type: 'seen'; readonly chatId: string };

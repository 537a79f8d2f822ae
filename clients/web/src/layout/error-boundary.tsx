import { Component, type ReactNode } from 'react';
import { homePath } from '../routing/route.ts';

type Props = { readonly children: ReactNode };
type State = { readonly problem: string | null };

/** Where the part of the page below it fails, says what happened and offers a way on. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { problem: null };

  static getDerivedStateFromError(error: unknown): State {
    return { problem: String(error) };
  }

  override render(): ReactNode {
    const { problem } = this.state;
    if (problem === null) return this.props.children;
    return (
      <div className="broken" role="alert">
        <h1>Something went wrong on this page</h1>
        <p>Messages you have written are kept on this device.</p>
        <p className="broken-problem">{problem}</p>
        <div className="button-row">
          <button type="button" className="button" onClick={() => location.reload()}>
            Reload
          </button>
          <a className="button quiet" href={homePath}>
            To your chats
          </a>
        </div>
      </div>
    );
  }
}

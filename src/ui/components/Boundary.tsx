import { Component, type ReactNode } from 'react';

interface BoundaryProps {
  readonly children: ReactNode;
  /** What did not work, for the sentence. */
  readonly what: string;
  readonly onClose?: () => void;
}

/** Keeps a part that fails (or cannot be loaded) from taking the rest of the window, and unsaved work, with it. */
export class Boundary extends Component<BoundaryProps, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    const { what, onClose } = this.props;
    return (
      <div className="boundary" role="alert">
        <p>{what} could not be shown. Your work is kept; reload the page to go on.</p>
        <div className="button-row">
          <button type="button" className="button button--primary" onClick={() => location.reload()}>
            Reload
          </button>
          {onClose ? (
            <button
              type="button"
              className="button"
              onClick={() => {
                this.setState({ failed: false });
                onClose();
              }}
            >
              Close
            </button>
          ) : null}
        </div>
      </div>
    );
  }
}

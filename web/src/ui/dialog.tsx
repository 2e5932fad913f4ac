import { X } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';
import { show } from './view';

interface Props {
  title: string;
  /** For screen readers alone where the dialog speaks for itself. */
  hideTitle?: boolean;
  description?: ReactNode;
  size?: 'small' | 'medium' | 'large';
  className?: string;
  /** For a dialog that a page holds itself. */
  onClose?(): void;
  children: ReactNode;
}

/** The frame of every dialog. Its own scrim is a plain element: the page behind never scrolls anyway. */
export function Dialog({
  title,
  hideTitle,
  description,
  size = 'small',
  className,
  onClose = show.noDialog,
  children,
}: Props) {
  const describe = description ? {} : { 'aria-describedby': undefined };
  return (
    <Primitive.Root open onOpenChange={open => !open && onClose()}>
      <Primitive.Portal>
        <div className="scrim">
          <Primitive.Content className={`dialog ${className ?? ''}`} data-size={size} {...describe}>
            <header className={hideTitle ? 'visually-hidden' : 'dialog-head'}>
              <Primitive.Title className="dialog-title">{title}</Primitive.Title>
              {description && (
                <Primitive.Description className="dialog-description">{description}</Primitive.Description>
              )}
            </header>
            {children}
            {!hideTitle && (
              <Primitive.Close className="icon-button dialog-close" aria-label="Close">
                <X size={20} />
              </Primitive.Close>
            )}
          </Primitive.Content>
        </div>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <footer className="dialog-actions">{children}</footer>;
}

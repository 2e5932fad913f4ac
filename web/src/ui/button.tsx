import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { Tip } from './tip';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: 'primary' | 'quiet' | 'danger' | 'plain';
  size?: 'medium' | 'small';
  busy?: boolean;
  wide?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({
  tone = 'primary',
  size = 'medium',
  busy,
  wide,
  children,
  className,
  ...rest
}: Props) {
  return (
    <button
      type="button"
      {...rest}
      className={`button ${className ?? ''}`}
      data-tone={tone}
      data-size={size}
      data-wide={wide || undefined}
      aria-busy={busy || undefined}
      disabled={rest.disabled || busy}
    >
      <span className="button-label">{children}</span>
      {busy && <span className="spinner" aria-hidden="true" />}
    </button>
  );
}

interface IconProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  label: string;
  keys?: string;
  side?: 'top' | 'right' | 'bottom' | 'left';
  ref?: Ref<HTMLButtonElement>;
  children: ReactNode;
}

/** A button with an icon; its label shows as a tooltip. */
export function IconButton({ label, keys, side, children, className, ...rest }: IconProps) {
  return (
    <Tip text={label} keys={keys} side={side}>
      <button type="button" aria-label={label} {...rest} className={`icon-button ${className ?? ''}`}>
        {children}
      </button>
    </Tip>
  );
}

import { CircleAlert, Eye, EyeOff } from 'lucide-react';
import { type InputHTMLAttributes, type ReactNode, useId, useState } from 'react';
import type { Problem } from '../api/types';

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> {
  label: string;
  value: string;
  onChange(value: string): void;
  /** What is wrong with the value, once the person has left the field. */
  error?: string | null;
  /** What the server said against the value: shown at once. */
  refusal?: string | null;
  hint?: ReactNode;
  before?: ReactNode;
  after?: ReactNode;
}

/** One labelled input with its hint and its error. */
export function Field({
  label,
  value,
  onChange,
  error,
  refusal,
  hint,
  before,
  after,
  className,
  ...rest
}: Props) {
  const id = useId();
  const [isLeft, setLeft] = useState(false);
  const shown = refusal ?? (isLeft && value !== '' ? error : null);
  const note = shown ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return (
    <div className={`field ${className ?? ''}`}>
      <label htmlFor={id}>{label}</label>
      <div className="field-box" data-bad={shown ? '' : undefined}>
        {before && <span aria-hidden="true">{before}</span>}
        <input
          {...rest}
          id={id}
          value={value}
          onChange={event => onChange(event.target.value)}
          onBlur={() => setLeft(true)}
          aria-invalid={shown ? true : undefined}
          aria-describedby={note}
        />
        {after}
      </div>
      {shown ? (
        <FieldError id={`${id}-error`}>{shown}</FieldError>
      ) : (
        hint && (
          <p className="hint" id={`${id}-hint`}>
            {hint}
          </p>
        )
      )}
    </div>
  );
}

interface AreaProps {
  label: string;
  value: string;
  onChange(value: string): void;
  refusal?: string | null;
  /** How many characters fit. */
  max: number;
}

/** Some lines of text, and how many characters are left. */
export function AreaField({ label, value, onChange, refusal, max }: AreaProps) {
  const id = useId();
  const left = max - [...value].length;
  const shown = refusal ?? (left < 0 ? `That is too long: ${max} characters at most.` : null);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="field-box field-area" data-bad={shown ? '' : undefined}>
        <textarea
          id={id}
          rows={4}
          value={value}
          onChange={event => onChange(event.target.value)}
          aria-invalid={shown ? true : undefined}
          aria-describedby={shown ? `${id}-error` : `${id}-left`}
        />
      </div>
      {shown ? (
        <FieldError id={`${id}-error`}>{shown}</FieldError>
      ) : (
        <p className="hint" id={`${id}-left`}>
          {left} characters left
        </p>
      )}
    </div>
  );
}

function FieldError({ id, children }: { id: string; children: ReactNode }) {
  return (
    <p className="field-error" id={id} role="alert">
      <CircleAlert size={14} aria-hidden="true" />
      {children}
    </p>
  );
}

export function PasswordField(props: Omit<Props, 'type' | 'after'>) {
  const [isShown, setShown] = useState(false);
  const label = isShown ? 'Hide password' : 'Show password';
  const eye = (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      aria-pressed={isShown}
      onClick={() => setShown(!isShown)}
    >
      {isShown ? <EyeOff size={18} /> : <Eye size={18} />}
    </button>
  );
  return <Field {...props} type={isShown ? 'text' : 'password'} after={eye} />;
}

/** What the server refused, where it isn't about one of the form's own fields. */
export function FormProblem({ problem, fields = [] }: { problem: Problem | null; fields?: string[] }) {
  if (!problem || (problem.field && fields.includes(problem.field))) return null;
  return (
    <p className="form-problem" role="alert">
      <CircleAlert size={16} aria-hidden="true" />
      <span>{problem.detail}</span>
    </p>
  );
}

/** The problem's text where it is about this field. */
export const problemAt = (problem: Problem | null, field: string): string | null =>
  problem?.field === field ? problem.detail : null;

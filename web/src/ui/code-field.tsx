import { Field } from './field';

interface Props {
  value: string;
  onChange(value: string): void;
  refusal: string | null;
  autoFocus?: boolean;
}

/** A code of the authenticator app, or one of those that were kept for when it is lost. */
export function CodeField(props: Props) {
  return (
    <Field
      {...props}
      label="Code"
      autoComplete="one-time-code"
      autoCapitalize="none"
      spellCheck={false}
      hint="The six digits that your authenticator app shows, or one of your recovery codes."
    />
  );
}

import { strengthOf } from '../lib/password';
import { PasswordField } from '../ui/field';
import { passwordError } from './rules';

interface Props {
  label: string;
  value: string;
  onChange(value: string): void;
  refusal: string | null;
  autoFocus?: boolean;
}

/** Where a password is chosen: says how strong it is. */
export function NewPasswordField({ value, ...rest }: Props) {
  return (
    <PasswordField
      {...rest}
      autoComplete="new-password"
      value={value}
      error={passwordError(value)}
      hint={<StrengthHint password={value} />}
    />
  );
}

function StrengthHint({ password }: { password: string }) {
  if (password === '') return <>At least 10 characters. A few words in a row work well.</>;
  const { score, hint } = strengthOf(password);
  return (
    <span className="strength" data-score={score}>
      <span className="strength-bars" aria-hidden="true">
        <i />
        <i />
        <i />
        <i />
      </span>
      {hint}
    </span>
  );
}

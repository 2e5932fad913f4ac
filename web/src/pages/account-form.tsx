import { type FormEvent, useState } from 'react';
import type { Registration } from '../api/types';
import { strengthOf } from '../lib/password';
import { Button } from '../ui/button';
import { Field, FormProblem, PasswordField, problemAt } from '../ui/field';
import { useSubmit } from '../ui/hooks';
import { emailError, nameError, passwordError } from './rules';

/** What it takes to make an account; used by the register page and the first-run wizard. */
export function AccountForm({ onSubmit }: { onSubmit(registration: Registration): Promise<void> }) {
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const { busy, problem, submit, clear } = useSubmit(() =>
    onSubmit({ email: email.trim(), password, display_name: name.trim() }),
  );
  const edit = (set: (value: string) => void) => (value: string) => {
    set(value);
    clear();
  };
  const isValid = !emailError(email) && !nameError(name) && !passwordError(password);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (isValid) void submit();
  };
  return (
    <form onSubmit={send} noValidate>
      <FormProblem problem={problem} fields={['email', 'password', 'display_name']} />
      <Field
        label="Display name"
        autoComplete="nickname"
        autoFocus
        value={name}
        onChange={edit(setName)}
        error={nameError(name)}
        refusal={problemAt(problem, 'display_name')}
        placeholder="How others see you"
      />
      <Field
        label="E-mail"
        type="email"
        autoComplete="username"
        value={email}
        onChange={edit(setEmail)}
        error={emailError(email)}
        refusal={problemAt(problem, 'email')}
        placeholder="name@example.org"
      />
      <PasswordField
        label="Password"
        autoComplete="new-password"
        value={password}
        onChange={edit(setPassword)}
        error={passwordError(password)}
        refusal={problemAt(problem, 'password')}
        hint={<StrengthHint password={password} />}
      />
      <Button type="submit" wide busy={busy} disabled={!isValid}>
        Create account
      </Button>
    </form>
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

import { type FormEvent, useState } from 'react';
import type { Registration } from '../api/types';
import { Button } from '../ui/button';
import { Field, FormProblem, problemAt } from '../ui/field';
import { useSubmit } from '../ui/hooks';
import { NewPasswordField } from './new-password-field';
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
      <NewPasswordField
        label="Password"
        value={password}
        onChange={edit(setPassword)}
        refusal={problemAt(problem, 'password')}
      />
      <Button type="submit" wide busy={busy} disabled={!isValid}>
        Create account
      </Button>
    </form>
  );
}

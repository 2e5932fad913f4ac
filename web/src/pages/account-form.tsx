import { type FormEvent, useState } from 'react';
import type { Registration, RegistrationTerms } from '../api/types';
import { Button } from '../ui/button';
import { Field, FormProblem, problemAt } from '../ui/field';
import { useSubmit } from '../ui/hooks';
import { NewPasswordField } from './new-password-field';
import { emailError, nameError, passwordError } from './rules';

interface Props {
  /** Who may make an account; absent: the first one of all. */
  terms?: RegistrationTerms;
  /** The code that the person came with. */
  invitation?: string;
  onSubmit(registration: Registration): Promise<void>;
}

/** What it takes to make an account; used by the register page and the first-run wizard. */
export function AccountForm({ terms, invitation = '', onSubmit }: Props) {
  const [invite, setInvite] = useState(invitation);
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const { busy, problem, submit, clear } = useSubmit(() =>
    onSubmit({
      email: email.trim(),
      password,
      display_name: name.trim(),
      ...(invite.trim() !== '' && { invite: invite.trim() }),
    }),
  );
  const edit = (set: (value: string) => void) => (value: string) => {
    set(value);
    clear();
  };
  const isInvited = !terms?.invite_needed || invite.trim() !== '';
  const isValid = !emailError(email) && !nameError(name) && !passwordError(password) && isInvited;
  const domains = terms?.allowed_email_domains ?? [];
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (isValid) void submit();
  };
  return (
    <form onSubmit={send} noValidate>
      <FormProblem
        problem={problem}
        fields={['email', 'password', 'display_name', ...(terms?.invite_needed ? ['invite'] : [])]}
      />
      {terms?.invite_needed && (
        <Field
          label="Invitation code"
          value={invite}
          onChange={edit(setInvite)}
          refusal={problemAt(problem, 'invite')}
          hint={invitation === '' ? 'It is in the link that you were sent.' : undefined}
          autoFocus={invitation === ''}
          autoComplete="off"
          spellCheck={false}
        />
      )}
      <Field
        label="Display name"
        autoComplete="nickname"
        autoFocus={isInvited}
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
        hint={domains.length > 0 ? `An address of ${domains.join(', ')}` : undefined}
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

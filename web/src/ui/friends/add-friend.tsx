import { Send } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { problemOf } from '../../api/problem';
import { Button } from '../button';
import { Field, FormProblem, problemAt } from '../field';
import { useEngine, useStore, useSubmit } from '../hooks';

/** Asks somebody to be friends, by the handle. */
export function AddFriend() {
  const engine = useEngine();
  const mine = useStore(({ session }) => (session.phase === 'signed_in' ? session.me.handle : ''));
  const [handle, setHandle] = useState('');
  const [unknown, setUnknown] = useState<string | null>(null);
  const [done, setDone] = useState('');
  const { busy, problem, submit } = useSubmit(async () => {
    const wanted = handle.trim().replace(/^@+/, '');
    const person = await engine.calls.signed.userByHandle(wanted).catch(error => {
      if (problemOf(error).status !== 404) throw error;
      return null;
    });
    if (!person) {
      setUnknown(`Nobody here has the handle @${wanted}. Look whether every letter is right.`);
      return;
    }
    const { state } = await engine.friends.befriend(person.id);
    setHandle('');
    setDone(
      state === 'friend'
        ? `You and ${person.display_name} are friends.`
        : `${person.display_name} has your request now.`,
    );
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    setUnknown(null);
    setDone('');
    if (handle.trim()) void submit();
  };
  return (
    <form className="add-friend" onSubmit={onSubmit}>
      <h2>Add a friend</h2>
      <p>Everyone has a handle; you find it in their profile.{mine && ` Yours is @${mine}.`}</p>
      <div className="add-friend-row">
        <Field
          label="Handle"
          value={handle}
          onChange={value => {
            setHandle(value);
            setUnknown(null);
          }}
          before="@"
          placeholder="ada.lovelace"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={64}
          refusal={unknown ?? problemAt(problem, 'user')}
        />
        <Button type="submit" busy={busy} disabled={handle.trim() === ''}>
          <Send size={16} aria-hidden="true" /> Send request
        </Button>
      </div>
      <FormProblem problem={problem} fields={['user']} />
      <p className="add-friend-done" role="status">
        {done}
      </p>
    </form>
  );
}

import { ShieldCheck } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button } from '../ui/button';
import { CodeField } from '../ui/code-field';
import { FormProblem, problemAt } from '../ui/field';
import { useEngine, useSubmit } from '../ui/hooks';
import { Frame } from './frame';

interface Props {
  challenge: string;
  onDone(): void;
  onBack(): void;
}

/** After the password, where an authenticator app is on. */
export function SecondFactorStep({ challenge, onDone, onBack }: Props) {
  const engine = useEngine();
  const [code, setCode] = useState('');
  const { busy, problem, submit, clear } = useSubmit(async () => {
    await engine.secondFactor(challenge, code.trim());
    onDone();
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (code.trim()) void submit();
  };
  return (
    <Frame
      above={
        <span className="big-icon">
          <ShieldCheck size={32} aria-hidden="true" />
        </span>
      }
      title="One more step"
      lead="Your account asks for a code after the password."
      below={
        <button type="button" className="link-button" onClick={onBack}>
          Back to the log-in
        </button>
      }
    >
      <form onSubmit={onSubmit} noValidate>
        <FormProblem problem={problem} fields={['code']} />
        <CodeField
          autoFocus
          value={code}
          onChange={value => {
            setCode(value);
            clear();
          }}
          refusal={problemAt(problem, 'code')}
        />
        <Button type="submit" wide busy={busy} disabled={!code.trim()}>
          Continue
        </Button>
      </form>
    </Frame>
  );
}

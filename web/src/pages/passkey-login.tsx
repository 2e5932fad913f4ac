import { KeyRound } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { problemOf } from '../api/problem';
import type { Problem } from '../api/types';
import { hasPasskeys, offersPasskeys, takePasskey } from '../lib/passkeys';
import { Button } from '../ui/button';
import { FormProblem } from '../ui/field';
import { useEngine, useSubmit } from '../ui/hooks';

/** A little less than a challenge is good for. */
const ASK_ANEW_MS = 270_000;

/** Logging in with a passkey: by this button, or by picking one where the form asks for the e-mail address. */
export function PasskeyLogin({ onDone }: { onDone(): void }) {
  const engine = useEngine();
  const [isHere, setHere] = useState(false);
  const [offerProblem, setOfferProblem] = useState<Problem | null>(null);
  const offer = useRef<AbortController | null>(null);
  const done = useRef(onDone);
  done.current = onDone;
  const { busy, problem, submit } = useSubmit(async () => {
    offer.current?.abort();
    setOfferProblem(null);
    await engine.logInByPasskey(await takePasskey(await engine.calls.anonymous.passkeyRequest()));
    done.current();
  });
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const begin = async () => {
      offer.current?.abort();
      const options = await engine.calls.anonymous.passkeyRequest().catch(() => null);
      if (isOver || options?.rpId !== location.hostname) return;
      setHere(true);
      if (!(await offersPasskeys()) || isOver) return;
      const controller = new AbortController();
      offer.current = controller;
      timer = setTimeout(() => void begin(), ASK_ANEW_MS);
      try {
        await engine.logInByPasskey(await takePasskey(options, controller.signal));
        done.current();
      } catch (error) {
        if (!controller.signal.aborted) setOfferProblem(problemOf(error));
      }
    };
    if (hasPasskeys()) void begin();
    return () => {
      isOver = true;
      clearTimeout(timer);
      offer.current?.abort();
    };
  }, [engine]);
  if (!isHere) return null;
  return (
    <>
      <p className="or">or</p>
      <FormProblem problem={problem ?? offerProblem} />
      <Button tone="quiet" wide busy={busy} onClick={() => void submit()}>
        <KeyRound size={17} aria-hidden="true" /> Sign in with a passkey
      </Button>
    </>
  );
}

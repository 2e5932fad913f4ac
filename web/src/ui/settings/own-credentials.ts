import { useCallback, useEffect, useState } from 'react';
import type { OwnCredentials } from '../../api/types';
import { useEngine, useSubmit } from '../hooks';

/** What the account is opened with, and how to ask anew. */
export function useOwnCredentials() {
  const engine = useEngine();
  const [own, setOwn] = useState<OwnCredentials | null>(null);
  const { problem, submit } = useSubmit(async () => setOwn(await engine.calls.signed.credentials()));
  // biome-ignore lint/correctness/useExhaustiveDependencies: loaded when the page opens
  useEffect(() => void submit(), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same for as long as the engine is
  const reload = useCallback(() => void submit(), [engine]);
  return { own, problem, reload };
}

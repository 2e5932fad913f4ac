import type { EngineCalls, Tokens } from '../engine/engine';
import { makeCalls } from './calls';

/** Asks the person to prove that it's them; false: they didn't. */
export type AskForProof = () => Promise<boolean>;

/**
 * The browser's calls: anonymous ones as they are, signed ones with a token that is renewed once on a 401. What the server
 * wants to be proven for is asked again once the person has.
 */
export function browserCalls(tokens: Tokens, askForProof: AskForProof): EngineCalls {
  const baseUrl = location.origin;
  const tokened = async (request: Request): Promise<Response> => {
    const again = request.clone();
    const answer = await fetch(withToken(request, await tokens.token()));
    if (answer.status !== 401 || !(await tokens.refresh())) return answer;
    return fetch(withToken(again, await tokens.token()));
  };
  const signed = async (request: Request): Promise<Response> => {
    const again = request.clone();
    const answer = await tokened(request);
    if (answer.status !== 403 || !(await wantsProof(answer)) || !(await askForProof())) return answer;
    return tokened(again);
  };
  return { signed: makeCalls(signed, baseUrl), anonymous: makeCalls(request => fetch(request), baseUrl) };
}

async function wantsProof(answer: Response): Promise<boolean> {
  const problem = await answer
    .clone()
    .json()
    .catch(() => null);
  return problem?.code === 'proof_needed';
}

function withToken(request: Request, token: string | null): Request {
  if (token) request.headers.set('Authorization', `Bearer ${token}`);
  return request;
}

import type { EngineCalls, Tokens } from '../engine/engine';
import { makeCalls } from './calls';

/** The browser's calls: anonymous ones as they are, signed ones with a token that is renewed once on a 401. */
export function browserCalls(tokens: Tokens): EngineCalls {
  const baseUrl = location.origin;
  const signed = async (request: Request): Promise<Response> => {
    const again = request.clone();
    const answer = await fetch(withToken(request, await tokens.token()));
    if (answer.status !== 401 || !(await tokens.refresh())) return answer;
    return fetch(withToken(again, await tokens.token()));
  };
  return { signed: makeCalls(signed, baseUrl), anonymous: makeCalls(request => fetch(request), baseUrl) };
}

function withToken(request: Request, token: string | null): Request {
  if (token) request.headers.set('Authorization', `Bearer ${token}`);
  return request;
}

import type { Problem } from './types';

/** The server said no, or couldn't be reached (`code` is `unreachable` then, and `status` 0). */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ProblemError';
    this.problem = problem;
  }

  get isUnreachable(): boolean {
    return this.problem.status === 0;
  }
}

export const unreachable: Problem = {
  type: 'urn:guildhall:problem:unreachable',
  title: 'The server can’t be reached',
  status: 0,
  code: 'unreachable',
  detail: 'The server can’t be reached. Check your connection and try again.',
};

/** Whether asking again later may help: the network, the server's load, or the server itself is at fault. */
export function isPassing(problem: Problem): boolean {
  return problem.status === 0 || problem.status === 429 || problem.status >= 500;
}

/** Any thrown value as a problem that can be shown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return {
    type: 'urn:guildhall:problem:client',
    title: 'Something broke in this page',
    status: 599,
    code: 'client',
    detail: 'Something broke in this page. Reload it and try again.',
  };
}

/** A body that isn't a problem document (a proxy's page, say) still becomes one. */
export function problemFrom(status: number, body: unknown): Problem {
  if (typeof body === 'object' && body !== null && 'code' in body && 'detail' in body) {
    return { ...(body as Problem), status };
  }
  return {
    type: 'urn:guildhall:problem:unexpected',
    title: 'Unexpected answer',
    status,
    code: 'unexpected',
    detail: `The server gave an unexpected answer (${status}). Try again in a moment.`,
  };
}

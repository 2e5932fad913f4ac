import { afterEach, expect, test, vi } from 'vitest';
import { browserCalls } from './http';
import { ProblemError } from './problem';

const tokens = { token: async () => 'token', refresh: async () => false };
const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const refused = (code: string) => answer(403, { code, detail: 'No.' });

afterEach(() => vi.unstubAllGlobals());

/** Calls with these answers, one after the other; what was asked is kept. */
function calls(answers: Response[], proves: boolean) {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(await request.text());
    return answers.shift() ?? answer(500, {});
  });
  const askForProof = vi.fn(async () => proves);
  return { asked, askForProof, signed: browserCalls(tokens, askForProof).signed };
}

test('what needs proof is asked again, the same, when the person has proven', async () => {
  const { asked, askForProof, signed } = calls(
    [refused('proof_needed'), answer(200, { codes: ['a'] })],
    true,
  );
  expect((await signed.confirmTotp('123456')).codes).toEqual(['a']);
  expect(askForProof).toHaveBeenCalledOnce();
  expect(asked).toEqual(['{"code":"123456"}', '{"code":"123456"}']);
});

test('without proof the refusal stands, and another refusal asks for none', async () => {
  const cancelled = calls([refused('proof_needed')], false);
  await expect(cancelled.signed.beginTotp()).rejects.toThrow(ProblemError);
  expect(cancelled.asked.length).toBe(1);
  const other = calls([refused('operator_only')], true);
  await expect(other.signed.beginTotp()).rejects.toMatchObject({ problem: { code: 'operator_only' } });
  expect(other.askForProof).not.toHaveBeenCalled();
});

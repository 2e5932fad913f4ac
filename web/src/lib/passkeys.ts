import { ProblemError } from '../api/problem';
import type { Asserted, Attested, CreationOptions, RequestOptions } from '../api/types';

/** Whether this browser has passkeys on this page: only on HTTPS, or on the own machine. */
export const hasPasskeys = (): boolean => 'PublicKeyCredential' in window && 'credentials' in navigator;

/** Whether the browser offers passkeys where a form asks for a name. */
export async function offersPasskeys(): Promise<boolean> {
  if (!hasPasskeys()) return false;
  return (await PublicKeyCredential.isConditionalMediationAvailable?.()) ?? false;
}

/** Makes a passkey on a device that the person chooses. */
export async function makePasskey(options: CreationOptions): Promise<Attested> {
  const publicKey: PublicKeyCredentialCreationOptions = {
    ...options,
    challenge: bytesOf(options.challenge),
    user: { ...options.user, id: bytesOf(options.user.id) },
    pubKeyCredParams: options.pubKeyCredParams.map(({ alg }) => ({ type: 'public-key', alg })),
    excludeCredentials: options.excludeCredentials.map(described),
    authenticatorSelection: {
      ...options.authenticatorSelection,
      residentKey: 'required',
      userVerification: 'required',
    },
    attestation: 'none',
  };
  const made = await credentialOf(navigator.credentials.create({ publicKey }));
  const response = made.response as AuthenticatorAttestationResponse;
  return {
    id: made.id,
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      attestationObject: textOf(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

/** Uses a passkey. With `offer` it waits until the person picks one in a form, or `offer` is aborted. */
export async function takePasskey(options: RequestOptions, offer?: AbortSignal): Promise<Asserted> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge: bytesOf(options.challenge),
    rpId: options.rpId,
    userVerification: 'required',
    allowCredentials: options.allowCredentials.map(described),
    ...(offer ? {} : { timeout: options.timeout }),
  };
  const request: CredentialRequestOptions = offer
    ? { publicKey, mediation: 'conditional', signal: offer }
    : { publicKey };
  const taken = await credentialOf(navigator.credentials.get(request));
  const response = taken.response as AuthenticatorAssertionResponse;
  return {
    id: taken.id,
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      authenticatorData: textOf(response.authenticatorData),
      signature: textOf(response.signature),
      userHandle: response.userHandle ? textOf(response.userHandle) : null,
    },
  };
}

async function credentialOf(asked: Promise<Credential | null>): Promise<PublicKeyCredential> {
  let credential: Credential | null;
  try {
    credential = await asked;
  } catch (error) {
    throw problemOf(error);
  }
  if (credential instanceof PublicKeyCredential) return credential;
  throw problemOf(null);
}

const told: Record<string, [code: string, detail: string]> = {
  InvalidStateError: ['passkey_known', 'This device has a passkey for your account already.'],
  SecurityError: ['passkey_wrong_origin', 'Passkeys don’t work at this address: open Guildhall at its own.'],
  NotSupportedError: ['passkey_unsupported', 'This device can’t make a passkey that Guildhall takes.'],
};

/** What the browser says, in words: it doesn’t tell a refusal from a time that ran out. */
function problemOf(error: unknown): ProblemError {
  const name = error instanceof DOMException ? error.name : '';
  const [code, detail] = told[name] ?? [
    'passkey_cancelled',
    'No passkey was used. Try again when you’re ready.',
  ];
  return new ProblemError({
    type: `urn:guildhall:problem:${code}`,
    title: 'No passkey',
    status: 499,
    code,
    detail,
  });
}

const described = ({ id, transports }: { id: string; transports?: string[] }) => ({
  type: 'public-key' as const,
  id: bytesOf(id),
  transports: (transports ?? []) as AuthenticatorTransport[],
});

export function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const base64 = base64url.replaceAll('-', '+').replaceAll('_', '/');
  return Uint8Array.from(atob(base64), char => char.charCodeAt(0));
}

export function textOf(buffer: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(buffer), byte => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

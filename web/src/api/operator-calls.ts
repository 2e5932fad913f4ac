import type { Client } from 'openapi-fetch';
import type { Take } from './calls';
import type { paths } from './schema';
import type {
  AccountQuery,
  AccountSeen,
  Act,
  ActQuery,
  InstanceRole,
  Page,
  RegistrationCode,
  RegistrationCodeDraft,
  RegistrationRules,
  Removal,
  SuspensionDraft,
} from './types';

/** What only operators and moderators may call. */
export function operatorCalls(http: Client<paths>, take: Take) {
  const of = (user: string) => ({ params: { path: { user } } });
  return {
    numbers: () => take(http.GET('/api/v1/operator/overview')),
    accounts: (query: AccountQuery): Promise<Page<AccountSeen>> =>
      take(http.GET('/api/v1/operator/accounts', { params: { query } })),
    account: (user: string) => take(http.GET('/api/v1/operator/accounts/{user}', of(user))),
    setRole: (user: string, role: InstanceRole, reason: string) =>
      take(http.PUT('/api/v1/operator/accounts/{user}/role', { ...of(user), body: { role, reason } })),
    suspend: (user: string, body: SuspensionDraft) =>
      take(http.POST('/api/v1/operator/accounts/{user}/suspension', { ...of(user), body })),
    liftSuspension: (user: string) =>
      take(http.DELETE('/api/v1/operator/accounts/{user}/suspension', of(user))),
    sendPasswordReset: (user: string) =>
      take(http.POST('/api/v1/operator/accounts/{user}/password-reset', of(user))),
    verifyAccountEmail: (user: string) =>
      take(http.POST('/api/v1/operator/accounts/{user}/verify-email', of(user))),
    endAccountSessions: (user: string) =>
      take(http.DELETE('/api/v1/operator/accounts/{user}/sessions', of(user))),
    endAuthenticatorOf: (user: string) =>
      take(http.DELETE('/api/v1/operator/accounts/{user}/authenticator', of(user))),
    endPasskeysOf: (user: string) => take(http.DELETE('/api/v1/operator/accounts/{user}/passkeys', of(user))),
    deleteAccount: (user: string, body: Removal) =>
      take(http.DELETE('/api/v1/operator/accounts/{user}', { ...of(user), body })),
    keepAccount: (user: string) => take(http.DELETE('/api/v1/operator/accounts/{user}/deletion', of(user))),
    audit: (query: ActQuery): Promise<Page<Act>> =>
      take(http.GET('/api/v1/operator/audit', { params: { query } })),

    registrationSettings: () => take(http.GET('/api/v1/operator/registration')),
    setRegistration: (body: RegistrationRules) => take(http.PUT('/api/v1/operator/registration', { body })),
    resetRegistration: () => take(http.DELETE('/api/v1/operator/registration')),
    registrationCodes: (after?: string): Promise<Page<RegistrationCode>> =>
      take(http.GET('/api/v1/operator/registration/codes', { params: { query: { after } } })),
    makeRegistrationCode: (body: RegistrationCodeDraft) =>
      take(http.POST('/api/v1/operator/registration/codes', { body })),
    revokeRegistrationCode: (registration_code: string) =>
      take(
        http.DELETE('/api/v1/operator/registration/codes/{registration_code}', {
          params: { path: { registration_code } },
        }),
      ),
  };
}

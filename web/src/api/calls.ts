import createClient, { type FetchResponse } from 'openapi-fetch';
import { messageCalls } from './message-calls';
import { moderationCalls } from './moderation-calls';
import { operatorCalls } from './operator-calls';
import { ProblemError, problemFrom, unreachable } from './problem';
import type { paths } from './schema';
import type {
  Asserted,
  Attested,
  AuthAnswer,
  Block,
  ChannelDraft,
  ChannelEdit,
  Credentials,
  Deletion,
  DeletionRequest,
  EmailChange,
  Export,
  Friend,
  Guild,
  Invite,
  InviteDraft,
  LinkRequest,
  Me,
  MeEdit,
  Member,
  Message,
  Overwrite,
  OverwriteEdit,
  Page,
  PasswordChange,
  PasswordReset,
  Proof,
  Provider,
  Registration,
  RoleDraft,
  RoleEdit,
  Session,
  SettingsEdit,
  Target,
} from './types';

/** Which part of a channel's history; none of the three: the newest. */
export interface Window {
  before?: number;
  after?: number;
  around?: number | string;
}

/** `around` also takes an id, which is too long for a number: the document knows only the number. */
type NumberedWindow = Window & { around?: number };

/** The browser's refresh token travels in an HttpOnly cookie only, when asked for by this header. */
const browser = { 'X-Guildhall-Client': 'web' };

// biome-ignore lint/suspicious/noExplicitAny: the shape of openapi-fetch's own generic answer
export type Take = <T>(answer: Promise<FetchResponse<any, any, any> & { data?: T }>) => Promise<T>;

// biome-ignore lint/suspicious/noExplicitAny: the shape of openapi-fetch's own generic answer
async function take<T>(answer: Promise<FetchResponse<any, any, any> & { data?: T }>): Promise<T> {
  let result: Awaited<typeof answer>;
  try {
    result = await answer;
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new ProblemError(unreachable);
  }
  if (result.response.ok) return result.data as T;
  throw new ProblemError(problemFrom(result.response.status, result.error));
}

/** A picture as the body of a call, as it is. */
const picture = (file: Blob) => ({
  body: file as never,
  bodySerializer: (body: unknown) => body as Blob,
  headers: { 'Content-Type': file.type },
});

/** The server's calls, typed by its OpenAPI document. Each throws a `ProblemError`. */
export function makeCalls(fetch: (request: Request) => Promise<Response>, baseUrl: string) {
  const http = createClient<paths>({ baseUrl, fetch, credentials: 'same-origin' });
  return {
    ...moderationCalls(http, take),
    ...operatorCalls(http, take),
    setup: () => take(http.GET('/api/v1/setup')),
    registration: () => take(http.GET('/api/v1/registration')),
    register: (body: Registration) => take(http.POST('/api/v1/accounts', { body, headers: browser })),
    logIn: (body: Credentials) => take(http.POST('/api/v1/sessions', { body, headers: browser })),
    secondFactor: (challenge: string, code: string) =>
      take(http.POST('/api/v1/sessions/second-factor', { body: { challenge, code }, headers: browser })),
    passkeyRequest: () => take(http.POST('/api/v1/sessions/passkey/options')),
    logInByPasskey: (body: Asserted) =>
      take(http.POST('/api/v1/sessions/passkey', { body, headers: browser })),
    refresh: () => take(http.POST('/api/v1/tokens/refresh', { body: {}, headers: browser })),
    providers: (): Promise<Page<Provider>> => take(http.GET('/api/v1/auth/providers')),
    finishAuth: (body: AuthAnswer) =>
      take(http.POST('/api/v1/sessions/exchange', { body, headers: browser })),
    beginLink: (body: Partial<LinkRequest> & { provider: string }) =>
      take(http.POST('/api/v1/me/identities', { body: { purpose: 'link', ...body }, headers: browser })),
    unlink: (identity: string) =>
      take(http.DELETE('/api/v1/me/identities/{identity}', { params: { path: { identity } }, body: {} })),
    logOut: () => take(http.DELETE('/api/v1/sessions/current')),
    verifyEmail: (token: string) => take(http.POST('/api/v1/accounts/verify', { body: { token } })),
    resendVerification: (email: string) =>
      take(http.POST('/api/v1/accounts/verify/resend', { body: { email } })),
    askPasswordReset: (email: string) =>
      take(http.POST('/api/v1/accounts/password-reset', { body: { email } })),
    resetPassword: (body: PasswordReset) =>
      take(http.POST('/api/v1/accounts/password-reset/confirm', { body })),
    changePassword: (body: PasswordChange) => take(http.PUT('/api/v1/me/password', { body })),
    changeEmail: (body: EmailChange) => take(http.PUT('/api/v1/me/email', { body })),
    prove: (body: Proof) => take(http.POST('/api/v1/me/proof', { body })),
    credentials: () => take(http.GET('/api/v1/me/credentials')),
    proofRequest: () => take(http.POST('/api/v1/me/proof/passkey')),
    passkeyCreation: () => take(http.POST('/api/v1/me/credentials/passkeys/options')),
    addPasskey: (name: string, credential: Attested) =>
      take(http.POST('/api/v1/me/credentials/passkeys', { body: { name, credential } })),
    renamePasskey: (passkey: string, name: string) =>
      take(
        http.PATCH('/api/v1/me/credentials/passkeys/{passkey}', {
          params: { path: { passkey } },
          body: { name },
        }),
      ),
    removePasskey: (passkey: string) =>
      take(http.DELETE('/api/v1/me/credentials/passkeys/{passkey}', { params: { path: { passkey } } })),
    beginTotp: () => take(http.POST('/api/v1/me/credentials/totp')),
    confirmTotp: (code: string) => take(http.POST('/api/v1/me/credentials/totp/confirm', { body: { code } })),
    endTotp: () => take(http.DELETE('/api/v1/me/credentials/totp')),
    renewRecoveryCodes: () => take(http.POST('/api/v1/me/credentials/recovery-codes')),
    sessions: (): Promise<Page<Session>> => take(http.GET('/api/v1/sessions')),
    endSession: (session: string) =>
      take(http.DELETE('/api/v1/sessions/{session}', { params: { path: { session } } })),
    endOtherSessions: () =>
      take(http.DELETE('/api/v1/sessions', { params: { query: { keep_current: true } } })),
    exports: (): Promise<Page<Export>> => take(http.GET('/api/v1/me/export')),
    requestExport: () => take(http.POST('/api/v1/me/export')),
    exportArchive: (id: string): Promise<Blob> =>
      take(
        http.GET('/api/v1/me/export/{export}/archive', { params: { path: { export: id } }, parseAs: 'blob' }),
      ) as Promise<Blob>,
    deletion: (): Promise<Deletion | null> => take(http.GET('/api/v1/me/deletion')),
    deleteMe: (body: DeletionRequest) => take(http.DELETE('/api/v1/me', { body })),
    cancelDeletion: () => take(http.DELETE('/api/v1/me/deletion')),
    editMe: (body: MeEdit) => take(http.PATCH('/api/v1/me', { body })),
    putMyPicture: (kind: 'avatar' | 'banner', file: Blob): Promise<Me> =>
      take(http.PUT(`/api/v1/me/${kind}`, picture(file))),
    deleteMyPicture: (kind: 'avatar' | 'banner'): Promise<Me> => take(http.DELETE(`/api/v1/me/${kind}`)),
    settings: () => take(http.GET('/api/v1/me/settings')),
    editSettings: (body: SettingsEdit) => take(http.PATCH('/api/v1/me/settings', { body })),
    me: () => take(http.GET('/api/v1/me')),
    users: (ids: string[]) => take(http.GET('/api/v1/users', { params: { query: { ids: ids.join(',') } } })),
    userByHandle: (handle: string) =>
      take(http.GET('/api/v1/users/by-handle/{handle}', { params: { path: { handle } } })),
    friends: (after?: string): Promise<Page<Friend>> =>
      take(http.GET('/api/v1/me/friends', { params: { query: { limit: 100, after } } })),
    befriend: (user: string) => take(http.PUT('/api/v1/me/friends/{user}', { params: { path: { user } } })),
    blocks: (after?: string): Promise<Page<Block>> =>
      take(http.GET('/api/v1/me/blocks', { params: { query: { limit: 100, after } } })),
    block: (user: string) => take(http.PUT('/api/v1/me/blocks/{user}', { params: { path: { user } } })),
    unblock: (user: string) => take(http.DELETE('/api/v1/me/blocks/{user}', { params: { path: { user } } })),
    unfriend: (user: string) =>
      take(http.DELETE('/api/v1/me/friends/{user}', { params: { path: { user } } })),
    overview: () => take(http.GET('/api/v1/overview')),

    createGuild: (name: string) => take(http.POST('/api/v1/guilds', { body: { name } })),
    editGuild: (guild: string, name: string) =>
      take(http.PATCH('/api/v1/guilds/{guild}', { params: { path: { guild } }, body: { name } })),
    putIcon: (guild: string, file: Blob): Promise<Guild> =>
      take(http.PUT('/api/v1/guilds/{guild}/icon', { params: { path: { guild } }, ...picture(file) })),
    deleteIcon: (guild: string) =>
      take(http.DELETE('/api/v1/guilds/{guild}/icon', { params: { path: { guild } } })),
    deleteGuild: (guild: string) =>
      take(http.DELETE('/api/v1/guilds/{guild}', { params: { path: { guild } } })),
    leaveGuild: (guild: string) =>
      take(http.DELETE('/api/v1/guilds/{guild}/members/me', { params: { path: { guild } } })),
    members: (guild: string, after?: string): Promise<Page<Member>> =>
      take(
        http.GET('/api/v1/guilds/{guild}/members', {
          params: { path: { guild }, query: { limit: 100, after } },
        }),
      ),

    createChannel: (guild: string, draft: ChannelDraft) =>
      take(
        http.POST('/api/v1/guilds/{guild}/channels', {
          params: { path: { guild } },
          body: { private: false, allowed: [], ...draft },
        }),
      ),
    editChannel: (channel: string, body: ChannelEdit) =>
      take(http.PATCH('/api/v1/channels/{channel}', { params: { path: { channel } }, body })),
    deleteChannel: (channel: string) =>
      take(http.DELETE('/api/v1/channels/{channel}', { params: { path: { channel } } })),
    allowed: (channel: string) =>
      take(http.GET('/api/v1/channels/{channel}/allowed', { params: { path: { channel } } })),
    allow: (channel: string, user: string) =>
      take(http.PUT('/api/v1/channels/{channel}/allowed/{user}', { params: { path: { channel, user } } })),
    disallow: (channel: string, user: string) =>
      take(http.DELETE('/api/v1/channels/{channel}/allowed/{user}', { params: { path: { channel, user } } })),

    createRole: (guild: string, draft: RoleDraft) =>
      take(
        http.POST('/api/v1/guilds/{guild}/roles', {
          params: { path: { guild } },
          body: { hoisted: false, permissions: 0, ...draft },
        }),
      ),
    editRole: (guild: string, role: string, body: RoleEdit) =>
      take(http.PATCH('/api/v1/guilds/{guild}/roles/{role}', { params: { path: { guild, role } }, body })),
    deleteRole: (guild: string, role: string) =>
      take(http.DELETE('/api/v1/guilds/{guild}/roles/{role}', { params: { path: { guild, role } } })),
    orderRoles: (guild: string, roles: string[]) =>
      take(http.PUT('/api/v1/guilds/{guild}/roles', { params: { path: { guild } }, body: { roles } })),
    giveRole: (guild: string, user: string, role: string) =>
      take(
        http.PUT('/api/v1/guilds/{guild}/members/{user}/roles/{role}', {
          params: { path: { guild, user, role } },
        }),
      ),
    takeRole: (guild: string, user: string, role: string) =>
      take(
        http.DELETE('/api/v1/guilds/{guild}/members/{user}/roles/{role}', {
          params: { path: { guild, user, role } },
        }),
      ),
    overwrites: (channel: string): Promise<Page<Overwrite>> =>
      take(http.GET('/api/v1/channels/{channel}/overwrites', { params: { path: { channel } } })),
    setOverwrite: (channel: string, target: Target, body: OverwriteEdit): Promise<Overwrite> =>
      'role' in target
        ? take(
            http.PUT('/api/v1/channels/{channel}/overwrites/roles/{role}', {
              params: { path: { channel, role: target.role } },
              body,
            }),
          )
        : take(
            http.PUT('/api/v1/channels/{channel}/overwrites/users/{user}', {
              params: { path: { channel, user: target.user } },
              body,
            }),
          ),
    seenAs: (channel: string, target: Target) =>
      take(
        http.GET('/api/v1/channels/{channel}/permissions', { params: { path: { channel }, query: target } }),
      ),

    invites: (guild: string): Promise<Page<Invite>> =>
      take(http.GET('/api/v1/guilds/{guild}/invites', { params: { path: { guild } } })),
    createInvite: (guild: string, body: InviteDraft) =>
      take(http.POST('/api/v1/guilds/{guild}/invites', { params: { path: { guild } }, body })),
    revokeInvite: (guild: string, code: string) =>
      take(http.DELETE('/api/v1/guilds/{guild}/invites/{code}', { params: { path: { guild, code } } })),
    previewInvite: (code: string) => take(http.GET('/api/v1/invites/{code}', { params: { path: { code } } })),
    acceptInvite: (code: string) =>
      take(http.POST('/api/v1/invites/{code}/accept', { params: { path: { code } } })),

    openDirect: (user: string) => take(http.POST('/api/v1/me/directs', { body: { user } })),
    history: (channel: string, window: Window, limit = 50): Promise<Page<Message>> =>
      take(
        http.GET('/api/v1/channels/{channel}/messages', {
          params: { path: { channel }, query: { limit, ...(window as NumberedWindow) } },
        }),
      ),
    message: (channel: string, message: string) =>
      take(
        http.GET('/api/v1/channels/{channel}/messages/{message}', {
          params: { path: { channel, message } },
        }),
      ),
    ...messageCalls(http, take),
  };
}

export type Calls = ReturnType<typeof makeCalls>;

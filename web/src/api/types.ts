import type { components } from './schema';

type Schemas = components['schemas'];

export type Channel = Schemas['Channel'];
export type ChannelDraft = Partial<Schemas['ChannelDraft']> & { name: string };
export type ChannelEdit = Schemas['ChannelEdit'];
export type Credentials = Schemas['Credentials'];
export type Deletion = Schemas['Deletion'];
export type DeletionRequest = Schemas['DeletionRequest'];
export type EmailChange = Schemas['EmailChange'];
export type Export = Schemas['Export'];
export type Guild = Schemas['Guild'];
export type Head = Schemas['Head'];
export type Invite = Schemas['Invite'];
export type InviteDraft = Schemas['InviteDraft'];
export type InvitePreview = Schemas['InvitePreview'];
export type MailSent = Schemas['MailSent'];
export type Me = Schemas['Me'];
export type MeEdit = Schemas['MeEdit'];
export type Member = Schemas['Member'];
export type Message = Schemas['Message'];
export type Overview = Schemas['Overview'];
export type OwnCredentials = Schemas['OwnCredentials'];
export type PasswordChange = Schemas['PasswordChange'];
export type PasswordReset = Schemas['PasswordReset'];
export type Problem = Schemas['Problem'];
export type Proof = Schemas['Proof'];
export type Registration = Schemas['Registration'];
export type SecondFactorNeeded = Schemas['SecondFactorNeeded'];
export type Session = Schemas['Session'];
export type Settings = Schemas['Settings'];
export type SettingsEdit = Schemas['SettingsEdit'];
export type Status = Schemas['Status'];
export type SignedIn = Schemas['SignedIn'];
export type TotpDraft = Schemas['TotpDraft'];
export type User = Schemas['User'];
export type Wishes = Schemas['Wishes'];

/** For each stream, the `seq` that an answer surely reflects. */
export type At = Record<string, number>;

export interface Page<T> {
  items: T[];
  next?: string | null;
  at?: At;
}

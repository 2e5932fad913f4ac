import type { components, operations } from './schema';

type Schemas = components['schemas'];

export type AccountDetail = Schemas['AccountDetail'];
export type AccountQuery = NonNullable<operations['accounts']['parameters']['query']>;
export type AccountSeen = Schemas['AccountSeen'];
export type Act = Schemas['Act'];
export type ActKind = Schemas['ActKind'];
export type ActQuery = NonNullable<operations['acts']['parameters']['query']>;
export type Acted = Schemas['Acted'];
export type Asserted = Schemas['Asserted'];
export type Attested = Schemas['Attested'];
export type AuthAnswer = Schemas['AuthAnswer'];
export type Channel = Schemas['Channel'];
export type ChannelDraft = Partial<Schemas['ChannelDraft']> & { name: string };
export type ChannelEdit = Schemas['ChannelEdit'];
export type CreationOptions = Schemas['CreationOptions'];
export type Credentials = Schemas['Credentials'];
export type Deletion = Schemas['Deletion'];
export type DeletionRequest = Schemas['DeletionRequest'];
export type EmailChange = Schemas['EmailChange'];
export type Export = Schemas['Export'];
export type Audience = Schemas['Audience'];
export type Friend = Schemas['Friend'];
export type FriendState = Schemas['FriendState'];
export type Guild = Schemas['Guild'];
export type Head = Schemas['Head'];
export type InstanceRole = Schemas['InstanceRole'];
export type Identity = Schemas['Identity'];
export type Invite = Schemas['Invite'];
export type InviteDraft = Schemas['InviteDraft'];
export type InvitePreview = Schemas['InvitePreview'];
export type LinkRequest = Schemas['LinkRequest'];
export type Linked = Schemas['Linked'];
export type MailSent = Schemas['MailSent'];
export type Me = Schemas['Me'];
export type MeEdit = Schemas['MeEdit'];
export type Member = Schemas['Member'];
export type Message = Schemas['Message'];
export type Numbers = Schemas['Numbers'];
export type Overview = Schemas['Overview'];
export type OwnCredentials = Schemas['OwnCredentials'];
export type Passkey = Schemas['Passkey'];
export type PasswordChange = Schemas['PasswordChange'];
export type PasswordReset = Schemas['PasswordReset'];
export type PasswordResetSent = Schemas['PasswordResetSent'];
export type Problem = Schemas['Problem'];
export type Proof = Schemas['Proof'];
export type Provider = Schemas['Provider'];
export type Registration = Schemas['Registration'];
export type RegistrationCode = Schemas['RegistrationCode'];
export type RegistrationCodeDraft = Schemas['RegistrationCodeDraft'];
export type RegistrationMode = Schemas['RegistrationMode'];
export type RegistrationRules = Schemas['RegistrationRules'];
export type RegistrationSettings = Schemas['RegistrationSettings'];
export type RegistrationTerms = Schemas['RegistrationTerms'];
export type Removal = Schemas['Removal'];
export type RequestOptions = Schemas['RequestOptions'];
export type SecondFactorNeeded = Schemas['SecondFactorNeeded'];
export type Session = Schemas['Session'];
export type Settings = Schemas['Settings'];
export type SettingsEdit = Schemas['SettingsEdit'];
export type Status = Schemas['Status'];
export type SignedIn = Schemas['SignedIn'];
export type SignedInBy = Schemas['SignedInBy'];
export type TotpDraft = Schemas['TotpDraft'];
export type SuspensionDraft = Schemas['SuspensionDraft'];
export type User = Schemas['User'];
export type Wishes = Schemas['Wishes'];

/** For each stream, the `seq` that an answer surely reflects. */
export type At = Record<string, number>;

export interface Page<T> {
  items: T[];
  next?: string | null;
  at?: At;
}

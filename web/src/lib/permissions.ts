/** Numbers of bits that never change their meaning: as in the server's `kernel/src/permissions.rs`. */
export const Permission = {
  view: 0,
  send: 1,
  createInvite: 2,
  manageChannels: 3,
  manageGuild: 4,
  manageInvites: 5,
  administrator: 6,
  manageRoles: 7,
  kick: 8,
  ban: 9,
  timeOut: 10,
  manageMessages: 11,
  manageNicknames: 12,
  changeNickname: 13,
  mentionEveryone: 14,
  attachFiles: 15,
  embedLinks: 16,
  addReactions: 17,
  createThreads: 18,
  manageThreads: 19,
  pin: 20,
  viewAuditLog: 21,
  manageEmoji: 22,
  manageWebhooks: 23,
} as const;

export type PermissionName = keyof typeof Permission;

export const bitOf = (name: PermissionName): number => 2 ** Permission[name];

export const has = (set: number, name: PermissionName): boolean => Math.floor(set / bitOf(name)) % 2 === 1;

export const withPermission = (set: number, name: PermissionName, isIn: boolean): number =>
  has(set, name) === isIn ? set : set + (isIn ? bitOf(name) : -bitOf(name));

/** Everything, for owners and administrators. */
export const ALL = 2 ** 24 - 1;

export interface Explained {
  name: PermissionName;
  label: string;
  hint: string;
}

const explain = (name: PermissionName, label: string, hint: string): Explained => ({ name, label, hint });

/** What the server acts on, in words; those of features that are still to come aren't offered. */
export const EXPLAINED: readonly Explained[] = [
  explain('send', 'Send messages', 'Write in the channels they can see.'),
  explain('manageMessages', 'Manage messages', 'Delete what others said, and see what was changed.'),
  explain('createInvite', 'Create invites', 'Ask others in with a link.'),
  explain('manageInvites', 'Manage invites', 'See everyone’s invites and take them back.'),
  explain('changeNickname', 'Change own nickname', 'Be called otherwise in this guild.'),
  explain('manageNicknames', 'Manage nicknames', 'Change what members below them are called.'),
  explain('timeOut', 'Time out members', 'Silence members below them for up to 28 days.'),
  explain('kick', 'Kick members', 'Take members below them out; they can come back with an invite.'),
  explain('ban', 'Ban members', 'Keep people out, and lift bans.'),
  explain('manageMessages', 'Handle reports', 'See what members report, and answer it.'),
  explain('viewAuditLog', 'View audit log', 'See what was done here, by whom and why.'),
  explain('manageChannels', 'Manage channels', 'Create, edit and delete channels, and choose who sees them.'),
  explain('manageGuild', 'Manage guild', 'Change the guild’s name and icon.'),
  explain(
    'manageRoles',
    'Manage roles',
    'Create roles below their own, give them, and set what channels allow.',
  ),
  explain(
    'administrator',
    'Administrator',
    'Everything, in every channel. Give it to people you trust with the guild.',
  ),
];

/** What a channel can say by itself. */
export const OF_CHANNELS: readonly Explained[] = [
  explain('view', 'View channel', 'See that it’s there and read what is said.'),
  explain('send', 'Send messages', 'Write here.'),
  explain('manageMessages', 'Manage messages', 'Delete what others said here, and see what was changed.'),
  explain('manageChannels', 'Manage channel', 'Edit or delete this channel.'),
  explain(
    'manageRoles',
    'Manage permissions',
    'Change what this page says, up to what they have themselves.',
  ),
];

import { useView } from '../view';
import { AddGuildDialog } from './add-guild';
import { ChannelDialog } from './channel';
import { ChannelPermissionsDialog } from './channel-permissions';
import { BlockDialog, DeleteChannelDialog, LeaveGuildDialog, RemoveFriendDialog } from './confirm';
import { GuildSettingsDialog } from './guild-settings';
import { InviteDialog } from './invite';
import { KeysDialog } from './keys';
import { BanDialog, KickDialog, NicknameDialog, TimeOutDialog } from './moderate';
import { NewDirectDialog } from './new-direct';
import { ReportDialog } from './report';
import { SettingsDialog } from './settings';
import { StatusDialog } from './status';
import { SwitcherDialog } from './switcher';
import { VersionsDialog } from './versions';

/** Whichever dialog is open. Loaded when the first one is. */
export default function Dialogs() {
  const dialog = useView(view => view.dialog);
  switch (dialog?.name) {
    case 'add-guild':
      return <AddGuildDialog />;
    case 'invite':
      return <InviteDialog guild={dialog.guild} />;
    case 'channel':
      return <ChannelDialog guild={dialog.guild} channel={dialog.channel} />;
    case 'channel-permissions':
      return <ChannelPermissionsDialog guild={dialog.guild} channel={dialog.channel} />;
    case 'delete-channel':
      return <DeleteChannelDialog channel={dialog.channel} />;
    case 'guild-settings':
      return <GuildSettingsDialog guild={dialog.guild} />;
    case 'leave-guild':
      return <LeaveGuildDialog guild={dialog.guild} />;
    case 'remove-friend':
      return <RemoveFriendDialog user={dialog.user} />;
    case 'block':
      return <BlockDialog user={dialog.user} />;
    case 'nickname':
      return <NicknameDialog guild={dialog.guild} user={dialog.user} />;
    case 'time-out':
      return <TimeOutDialog guild={dialog.guild} user={dialog.user} />;
    case 'kick':
      return <KickDialog guild={dialog.guild} user={dialog.user} />;
    case 'ban':
      return <BanDialog guild={dialog.guild} user={dialog.user} />;
    case 'report': {
      const { name: _, ...about } = dialog;
      return <ReportDialog {...about} />;
    }
    case 'settings':
      return <SettingsDialog tab={dialog.tab} />;
    case 'status':
      return <StatusDialog />;
    case 'new-direct':
      return <NewDirectDialog />;
    case 'switcher':
      return <SwitcherDialog />;
    case 'versions':
      return <VersionsDialog channel={dialog.channel} message={dialog.message} />;
    case 'keys':
      return <KeysDialog />;
    default:
      return null;
  }
}

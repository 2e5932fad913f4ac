import { SmilePlus, UserRoundPen } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactElement } from 'react';
import { problemOf } from '../../api/problem';
import { useEngine, useStore } from '../hooks';
import { MenuItem, MenuLine } from '../menu';
import { type Chosen, Dot } from '../presence';
import { show } from '../view';

const CHOICES: [Chosen, string, string][] = [
  ['online', 'Online', 'Idle by itself after 10 minutes'],
  ['idle', 'Idle', ''],
  ['do_not_disturb', 'Do not disturb', 'No sounds'],
  ['invisible', 'Invisible', 'Others see you as offline'],
];

interface Props {
  trigger: ReactElement;
  hasStatus: boolean;
  /** Where in the page it belongs. */
  home: Element | null;
}

/** How one is seen, on whichever device, and what one is up to. */
export function SelfMenu({ trigger, hasStatus, home }: Props) {
  const engine = useEngine();
  const chosen = useStore(state => state.settings?.presence ?? 'online');
  const choose = (presence: Chosen) => {
    engine.settings.change({ presence }).catch(error => show.toast(problemOf(error).detail, 'bad'));
  };
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal container={home}>
        <DropdownMenu.Content
          className="menu self-menu"
          side="top"
          align="start"
          sideOffset={10}
          collisionPadding={8}
        >
          <DropdownMenu.RadioGroup value={chosen} onValueChange={value => choose(value as Chosen)}>
            {CHOICES.map(([value, name, hint]) => (
              <DropdownMenu.RadioItem key={value} value={value} className="menu-item menu-choice">
                <Dot seen={value === 'invisible' ? 'offline' : value} />
                <span className="menu-choice-text">
                  {name}
                  {hint && <small>{hint}</small>}
                </span>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <MenuLine />
          <MenuItem icon={<SmilePlus size={16} />} onSelect={() => show.dialog({ name: 'status' })}>
            {hasStatus ? 'Change your status' : 'Set a status'}
          </MenuItem>
          <MenuItem icon={<UserRoundPen size={16} />} onSelect={() => show.dialog({ name: 'settings' })}>
            Edit profile
          </MenuItem>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

import { commandKey, optionKey } from '../../lib/shortcuts';
import { Dialog } from '../dialog';

const groups: [string, [string, string[]][]][] = [
  [
    'Getting around',
    [
      ['Find a channel, person or guild', [commandKey, 'K']],
      ['Next or previous channel', [optionKey, '↑ ↓']],
      ['Next or previous unread channel', [optionKey, 'Shift', '↑ ↓']],
      ['Mark the channel as read', ['Esc']],
      ['Show these shortcuts', ['?']],
    ],
  ],
  [
    'Messages',
    [
      ['Walk from message to message', ['↑ ↓']],
      ['Reply to the message in focus', ['R']],
      ['Edit the message in focus', ['E']],
      ['Delete the message in focus', ['Delete']],
      ['From an empty composer: edit your last message', ['↑']],
    ],
  ],
  [
    'Writing',
    [
      ['Send', ['Enter']],
      ['New line', ['Shift', 'Enter']],
      ['Bold', [commandKey, 'B']],
      ['Italic', [commandKey, 'I']],
      ['Code', [commandKey, 'E']],
    ],
  ],
];

/** The keyboard map. */
export function KeysDialog() {
  return (
    <Dialog title="Keyboard shortcuts" size="medium">
      {groups.map(([title, keys]) => (
        <section key={title} className="keys">
          <h3>{title}</h3>
          <dl>
            {keys.map(([what, combination]) => (
              <div key={what}>
                <dt>{what}</dt>
                <dd>
                  {combination.map(key => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}

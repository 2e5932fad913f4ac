import { Monitor, Moon, Sun } from 'lucide-react';
import type { ReactNode } from 'react';
import { problemOf } from '../../api/problem';
import type { SettingsEdit } from '../../api/types';
import { useEngine, useStore } from '../hooks';
import { Switch } from '../switch';
import { changeLook, type Density, show, type Theme, useView } from '../view';

/** What the person sets for all devices. */
export function Preferences() {
  const engine = useEngine();
  const look = useView(view => view.look);
  const settings = useStore(state => state.settings);
  const change = (edit: SettingsEdit) => {
    engine.settings.change(edit).catch(error => show.toast(problemOf(error).detail, 'bad'));
  };
  return (
    <>
      <Segments<Theme>
        legend="Theme"
        value={look.theme}
        options={[
          ['system', 'System', <Monitor key="i" size={18} />],
          ['light', 'Light', <Sun key="i" size={18} />],
          ['dark', 'Dark', <Moon key="i" size={18} />],
        ]}
        onChange={theme => {
          changeLook({ theme });
          change({ theme });
        }}
      />
      <Segments<Density>
        legend="Messages"
        value={look.density}
        options={[
          ['cosy', 'Cosy', null],
          ['compact', 'Compact', null],
        ]}
        onChange={density => {
          changeLook({ density });
          change({ density });
        }}
      />
      <div className="switches">
        <Switch
          label="Enter sends"
          hint="Shift+Enter begins a new line. Off: Enter begins one, Ctrl+Enter sends."
          isOn={settings?.enter_sends ?? true}
          onChange={enter_sends => change({ enter_sends })}
        />
        <Switch
          label="Sound for direct messages"
          hint="While you look at something else."
          isOn={settings?.notification_sound ?? true}
          onChange={notification_sound => change({ notification_sound })}
        />
      </div>
      <p className="hint">These follow you to all your devices.</p>
    </>
  );
}

interface SegmentProps<T extends string> {
  legend: string;
  value: T;
  options: [T, string, ReactNode][];
  onChange(value: T): void;
}

export function Segments<T extends string>({ legend, value, options, onChange }: SegmentProps<T>) {
  return (
    <fieldset className="segments">
      <legend>{legend}</legend>
      <div className="segments-row">
        {options.map(([option, text, icon]) => (
          <label key={option} className="segment">
            <input type="radio" name={legend} checked={value === option} onChange={() => onChange(option)} />
            {icon}
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

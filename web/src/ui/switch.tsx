import { Switch as Primitive } from 'radix-ui';
import { useId } from 'react';

interface Props {
  label: string;
  hint?: string;
  isOn: boolean;
  isDisabled?: boolean;
  onChange(isOn: boolean): void;
}

/** One thing that is on or off. */
export function Switch({ label, hint, isOn, isDisabled, onChange }: Props) {
  const id = useId();
  return (
    <div className="switch-row">
      <label htmlFor={id}>
        <strong>{label}</strong>
        {hint && <small>{hint}</small>}
      </label>
      <Primitive.Root
        id={id}
        className="switch"
        checked={isOn}
        disabled={isDisabled}
        onCheckedChange={onChange}
      >
        <Primitive.Thumb className="switch-thumb" />
      </Primitive.Root>
    </div>
  );
}

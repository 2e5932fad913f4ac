import { ImageUp, Trash2 } from 'lucide-react';
import { type ChangeEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { type Extent, IMAGE_TYPES } from '../../lib/images';
import { Button } from '../button';
import { FormProblem } from '../field';
import { useSubmit } from '../hooks';
import { Cropper } from './cropper';

interface Props {
  label: string;
  hint?: string;
  /** What is shown now. */
  preview?: ReactNode;
  hasPicture: boolean;
  size: Extent;
  isRound?: boolean;
  /** Shows another picture; null: none. */
  onSave(file: Blob | null): Promise<unknown>;
}

/** Chooses a picture, cuts it, and gives it; or takes it away. */
export function PictureField({ label, hint, preview, hasPicture, size, isRound, onSave }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [picture, setPicture] = useState<ImageBitmap | null>(null);
  const [isUnreadable, setUnreadable] = useState(false);
  const { busy, problem, submit, clear } = useSubmit(async (file: Blob | null) => {
    await onSave(file);
    setPicture(null);
  });
  useEffect(() => () => picture?.close(), [picture]);
  const onChoose = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    // The same file may be chosen again.
    event.target.value = '';
    if (!file) return;
    clear();
    const read = await createImageBitmap(file).catch(() => null);
    setUnreadable(read === null);
    setPicture(read);
  };
  return (
    <section className="picture-field" aria-label={label}>
      <h3>{label}</h3>
      {isUnreadable && (
        <p className="form-problem" role="alert">
          That picture can’t be read. PNG, JPEG, GIF and WebP can.
        </p>
      )}
      <FormProblem problem={problem} />
      {picture ? (
        <Cropper
          picture={picture}
          size={size}
          isRound={isRound}
          busy={busy}
          onDone={file => void submit(file)}
          onCancel={() => setPicture(null)}
        />
      ) : (
        <div className="picture-row">
          {preview}
          <Button tone="quiet" size="small" onClick={() => input.current?.click()}>
            <ImageUp size={16} aria-hidden="true" /> {hasPicture ? 'Change' : 'Upload'}
            <span className="visually-hidden"> {label.toLowerCase()}</span>
          </Button>
          {hasPicture && (
            <Button tone="plain" size="small" busy={busy} onClick={() => void submit(null)}>
              <Trash2 size={15} aria-hidden="true" /> Remove
              <span className="visually-hidden"> {label.toLowerCase()}</span>
            </Button>
          )}
          {hint && <p className="hint">{hint}</p>}
        </div>
      )}
      <input
        ref={input}
        type="file"
        accept={IMAGE_TYPES}
        hidden
        aria-label={label}
        onChange={event => void onChoose(event)}
      />
    </section>
  );
}

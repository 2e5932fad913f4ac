import { ZoomIn, ZoomOut } from 'lucide-react';
import { type KeyboardEvent, type PointerEvent, useEffect, useId, useRef, useState } from 'react';
import { type Extent, partOf } from '../../lib/images';
import { Button } from '../button';

interface Props {
  picture: ImageBitmap;
  /** What is made of it, at most. */
  size: Extent;
  isRound?: boolean;
  busy?: boolean;
  onDone(file: Blob): void;
  onCancel(): void;
}

const ZOOM_MAX = 5;
const ZOOM_STEP = 0.1;
/** How far an arrow key moves, as a part of what is seen. */
const MOVE_STEP = 0.04;

/** Chooses a part of a picture: dragged, zoomed, or moved by arrow keys, plus and minus. */
export function Cropper({ picture, size, isRound, busy, onDone, onCancel }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<HTMLButtonElement>(null);
  const zoomId = useId();
  const [zoom, setZoom] = useState(1);
  const [middle, setMiddle] = useState({ x: picture.width / 2, y: picture.height / 2 });
  const part = partOf(picture, size, zoom, middle);
  const { x, y, width, height } = part;
  useEffect(() => {
    const box = canvas.current;
    const pen = box?.getContext('2d');
    if (!box || !pen) return;
    pen.imageSmoothingQuality = 'high';
    pen.clearRect(0, 0, box.width, box.height);
    pen.drawImage(picture, x - width / 2, y - height / 2, width, height, 0, 0, box.width, box.height);
  }, [picture, x, y, width, height]);
  // Into view, and ready for the keys.
  useEffect(() => view.current?.focus(), []);
  useWheel(canvas, turns => setZoom(now => inRange(now - turns * ZOOM_STEP * 2)));

  const move = (right: number, down: number) => setMiddle({ x: x + right, y: y + down });
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.shiftKey ? 3 * MOVE_STEP : MOVE_STEP;
    if (event.key === 'ArrowLeft') move(-width * step, 0);
    else if (event.key === 'ArrowRight') move(width * step, 0);
    else if (event.key === 'ArrowUp') move(0, -height * step);
    else if (event.key === 'ArrowDown') move(0, height * step);
    else if (event.key === '+' || event.key === '=') setZoom(inRange(zoom + ZOOM_STEP));
    else if (event.key === '-') setZoom(inRange(zoom - ZOOM_STEP));
    else return;
    event.preventDefault();
  };
  const onPointerMove = (event: PointerEvent<HTMLButtonElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const perPixel = width / event.currentTarget.clientWidth;
    move(-event.movementX * perPixel, -event.movementY * perPixel);
  };
  return (
    <div className="crop">
      <button
        type="button"
        ref={view}
        className="crop-view"
        data-round={isRound || undefined}
        aria-label="The part that is shown: drag it, or move it with the arrow keys and zoom with plus and minus"
        onKeyDown={onKeyDown}
        onPointerDown={event => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onPointerMove}
      >
        <canvas ref={canvas} width={size.width} height={size.height} />
      </button>
      <div className="crop-zoom">
        <ZoomOut size={18} aria-hidden="true" />
        <label className="visually-hidden" htmlFor={zoomId}>
          Zoom
        </label>
        <input
          id={zoomId}
          type="range"
          min={1}
          max={ZOOM_MAX}
          step={0.02}
          value={zoom}
          onChange={event => setZoom(Number(event.target.value))}
        />
        <ZoomIn size={18} aria-hidden="true" />
      </div>
      <div className="crop-actions">
        <Button tone="plain" onClick={onCancel}>
          Cancel
        </Button>
        <Button busy={busy} onClick={() => void cut(picture, part, size).then(onDone)}>
          Use this part
        </Button>
      </div>
    </div>
  );
}

const inRange = (zoom: number): number => Math.min(ZOOM_MAX, Math.max(1, zoom));

/** The part as a file of its own: never larger than it was, and with nothing else of the original. */
async function cut(picture: ImageBitmap, part: ReturnType<typeof partOf>, size: Extent): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(Math.min(size.width, part.width)));
  canvas.height = Math.max(1, Math.round((canvas.width * size.height) / size.width));
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('This browser can’t draw');
  pen.imageSmoothingQuality = 'high';
  const { x, y, width, height } = part;
  pen.drawImage(picture, x - width / 2, y - height / 2, width, height, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      file => (file ? resolve(file) : reject(new Error('The picture can’t be cut'))),
      'image/png',
    );
  });
}

/** The wheel zooms and doesn't scroll, which only a listener of our own may say. */
function useWheel(place: { current: HTMLElement | null }, turn: (turns: number) => void): void {
  const latest = useRef(turn);
  latest.current = turn;
  useEffect(() => {
    const box = place.current;
    const listen = (event: WheelEvent) => {
      event.preventDefault();
      latest.current(Math.sign(event.deltaY));
    };
    box?.addEventListener('wheel', listen, { passive: false });
    return () => box?.removeEventListener('wheel', listen);
  }, [place]);
}

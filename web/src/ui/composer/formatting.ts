/** The marks that Ctrl with these keys puts around the selection. */
export const marks: Record<string, string | undefined> = { b: '**', i: '*', e: '`' };

/** The text with the mark around the selection put in, or taken away where it is there already. */
export function withMark(text: string, start: number, end: number, mark: string) {
  const isMarked =
    text.slice(start - mark.length, start) === mark && text.slice(end, end + mark.length) === mark;
  const inside = text.slice(start, end);
  if (isMarked) {
    return { from: start - mark.length, to: end + mark.length, insert: inside, select: start - mark.length };
  }
  return { from: start, to: end, insert: `${mark}${inside}${mark}`, select: start + mark.length };
}

/** Does it in a field, so that undo knows of it. */
export function toggleMark(field: HTMLTextAreaElement, mark: string): void {
  const { value, selectionStart, selectionEnd } = field;
  const change = withMark(value, selectionStart, selectionEnd, mark);
  field.setSelectionRange(change.from, change.to);
  const isDone =
    change.insert === ''
      ? document.execCommand('delete')
      : document.execCommand('insertText', false, change.insert);
  if (!isDone) field.setRangeText(change.insert, change.from, change.to);
  field.setSelectionRange(change.select, change.select + selectionEnd - selectionStart);
}

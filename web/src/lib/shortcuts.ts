export const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Whether the key belongs to a control that the person is typing in. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable=true]');
}

/** The platform's name of its command key. */
export const commandKey = isMac ? '⌘' : 'Ctrl';
export const optionKey = isMac ? '⌥' : 'Alt';

export function isCommand(event: KeyboardEvent | React.KeyboardEvent): boolean {
  return isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
}

const one = String.raw`(?:\p{RI}\p{RI}|\p{Emoji}(?:\p{EMod}|\uFE0F\u20E3?|[\u{E0020}-\u{E007E}]+\u{E007F})?(?:\u200D\p{Emoji}(?:\p{EMod}|\uFE0F)?)*)`;
const onlyEmoji = new RegExp(`^(?:${one}\\s*){1,12}$`, 'u');

/** Whether a message is nothing but a few emoji, which are shown large. */
export function isOnlyEmoji(text: string): boolean {
  return text.length <= 120 && !/^[\d#*\s]+$/.test(text) && onlyEmoji.test(text);
}

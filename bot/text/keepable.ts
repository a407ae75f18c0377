/** Whether a text can be kept: PostgreSQL takes no NUL, and in JSON no half characters. */
export function isKeepable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

/** Text as it can be kept, at most so long in UTF-16 units: in the place of what cannot stands U+FFFD. */
export function keepable(text: string, longest: number): string {
  return text.slice(0, longest).replaceAll('\0', '\ufffd').toWellFormed()
}

/** Half characters and NUL come in JSON only so. */
const unkeepable = /\\u(?:0000|d[89a-f][0-9a-f]{2})/i
/** Every escape: two that make one character, one that cannot be kept, and any other. */
const escapes = /\\u(?:d[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(0000|d[89a-f][0-9a-f]{2}))|\\[\s\S]/gi

/**
 * Reads JSON whose texts may be kept: what cannot be is mended as above. In the text of it, for what is deep takes long to walk through.
 * @throws SyntaxError
 */
export function keepableJson(text: string): unknown {
  const whole = text.toWellFormed()
  if (!unkeepable.test(whole)) return JSON.parse(whole)
  return JSON.parse(whole.replace(escapes, (found, bad?: string) => (bad === undefined ? found : '\ufffd')))
}

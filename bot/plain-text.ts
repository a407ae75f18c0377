/** C0 and C1 controls, line and paragraph separators, and the marks that turn the direction of text around (Unicode TR 36). */
const invisible = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu
const invisibleButLines = /[^\P{Cc}\n]|[\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu

/**
 * Text as it may be kept and shown: what cannot be seen becomes a space, broken UTF-16 is mended, and what is longer than
 * `longest` (UTF-16 code units) is cut and ends with an ellipsis. Doing it twice changes nothing.
 */
export function plainText(text: string, longest: number, options: { lines?: boolean } = {}): string {
  const seen = text
    .slice(0, longest * 4)
    .toWellFormed()
    .replace(options.lines ? invisibleButLines : invisible, ' ')
    .trim()
  if (seen.length <= longest) return seen
  return `${seen
    .slice(0, longest - 1)
    .toWellFormed()
    .trimEnd()}…`
}

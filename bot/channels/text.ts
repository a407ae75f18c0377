/** Characters that change how the text around them is read: control codes, zero-width and bidirectional marks. */
const invisible = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu
const markdown = /[\\`*_{}[\]()#|<>~!]/g

/** Text of people or directories on one line, without characters that hide or reorder or are half ones, cut to a length. */
export function plain(text: string, longest = 300): string {
  const line = text.toWellFormed().replace(/\s+/g, ' ').replace(invisible, '').trim()
  const points = Array.from(line.slice(0, longest * 2))
  return points.length > longest ? `${points.slice(0, longest - 1).join('')}…` : points.join('')
}

/** The same, safe where Markdown is read (TextBlock, FactSet): CommonMark 2.4 backslash escapes. */
export function escapeMarkdown(text: string, longest = 300): string {
  return plain(text, longest).replace(markdown, '\\$&')
}

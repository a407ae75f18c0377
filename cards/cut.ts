/** Cuts by UTF-16 units, which is never less than what a service counts, and splits no character in two. */
export function cut(text: string, longest: number): string {
  const whole = text.toWellFormed()
  if (whole.length <= longest) return whole
  return `${whole.slice(0, Math.max(longest - 1, 0)).replace(/[\ud800-\udbff]$/, '')}…`
}

/** The same for a title: between words where it can. */
export function cutAtWord(text: string, longest: number): string {
  if (text.length <= longest) return text.toWellFormed()
  const space = text.lastIndexOf(' ', longest - 1)
  return space < longest / 3 ? cut(text, longest) : `${text.slice(0, space).toWellFormed()}…`
}

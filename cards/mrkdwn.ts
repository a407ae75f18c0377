import type { Run } from './markup.ts'

/**
 * mrkdwn has entities for three characters and no escape for the others: those are shown by their full-width forms, which
 * format nothing. Source: Slack "Formatting text for app surfaces".
 */
const shown: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '*': '＊',
  _: '＿',
  '~': '～',
  '`': '｀',
}
const emojiCode = /:(?=[a-z0-9_+'-]*[a-z_+'-][a-z0-9_+'-]*:)/gi

/** Text that mrkdwn shows as it is: no link, no mention, no format, no emoji code. At most `longest` UTF-16 units come out. */
export function escapeMrkdwn(text: string, longest: number): string {
  let done = ''
  for (const character of text.toWellFormed().replace(emojiCode, '：')) {
    const next = shown[character] ?? character
    if (done.length + next.length > longest) return cutEscaped(done, longest)
    done += next
  }
  return done
}

/** The same with moments as Slack's date tokens. A token is whole or not there. */
export function mrkdwnOf(runs: readonly Run[], longest: number): string {
  let done = ''
  for (const run of runs) {
    const room = longest - done.length
    const next = 'text' in run ? escapeMrkdwn(run.text, room) : dateToken(run)
    if (next.length > room) return cutEscaped(done, longest)
    done += next
  }
  return done
}

function dateToken({ seconds, format, fallback }: Extract<Run, { seconds: number }>): string {
  return `<!date^${seconds}^${format}|${escapeMrkdwn(fallback, 60)}>`
}

/** Takes whole characters, entities and tokens off the end until the ellipsis fits. */
function cutEscaped(escaped: string, longest: number): string {
  let done = escaped
  while (done.length >= longest && done !== '') done = done.replace(/(?:&(?:amp|lt|gt);|<[^<>]*>|[\s\S])$/u, '')
  return longest > 0 ? `${done}…` : ''
}

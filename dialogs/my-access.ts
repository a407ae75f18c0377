import type { AccessLine } from '../bot/access/access-desk.ts'
import { momentInWords } from '../bot/approvals/requests/lasts-words.ts'
import { card, offer } from './cards.ts'
import type { Dialog } from './dialog.ts'

/** "What do I have access to?": what HelpBot gave, until when and who said yes; and what it knows besides. */
export const myAccess: Dialog = {
  name: 'my-access',
  title: 'My access',

  async talk(chat, desk) {
    const { lines, more } = await desk.myAccess()
    if (lines.length === 0) {
      const text = 'You have none of what can be asked for here.'
      return chat.say('none', offer('My access', text, 'request-access', 'Ask for access'))
    }
    const ending = lines.some(({ grant, endsAt }) => grant !== undefined && endsAt !== null)
    const given = lines.some(({ grant }) => grant !== undefined)
    chat.say(
      'list',
      card('access-list', {
        title: 'My access',
        lines: lines.map((line) => ({ name: line.title, about: aboutLine(line) })),
        ...(more ? { more: 'There is more that I do not show.' } : {}),
        choices: [
          { title: 'Ask for access', ids: { dialog: 'request-access' } },
          ...(ending ? [{ title: 'Keep something longer', ids: { dialog: 'extend-access' } }] : []),
          ...(given ? [{ title: 'Give something back', ids: { dialog: 'hand-back' } }] : []),
        ],
      }),
    )
  },
}

function aboutLine({ grant, opens, endsAt, startsAt, because }: AccessLine): string {
  const end = grant === undefined ? undefined : endsAt === null ? 'for good' : `until ${momentInWords(endsAt)}`
  const start = startsAt === undefined ? undefined : `from ${momentInWords(startsAt)}`
  const time = [start, end].filter(Boolean).join(' ')
  const about = [time, because].filter(Boolean).join('; ')
  return `${opens === '' ? '' : `${opens}. `}${about.charAt(0).toUpperCase()}${about.slice(1)}.`
}

import { plain } from '../../channels/text.ts'
import type { AccessRequest, Ask } from './request.ts'

const mostNamed = 4
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' })

/**
 * Where an open request stands, as a sentence: `It waits for Maya Okonkwo (manager) since 12 May.` For one that has ended, how it
 * ended.
 */
export function whoItWaitsFor(request: AccessRequest): string {
  if (request.state !== 'open') return request.ending ?? 'It has ended.'
  const open = request.asks.filter((ask) => ask.stage === request.stage && ask.state === 'asked')
  const [first] = open
  if (!first) return 'I am looking for who can approve it.'
  const panels = [...new Set(open.map(({ panel }) => panel))].sort((one, other) => one - other)
  const waited = panels.map((panel) =>
    panelInWords(
      request,
      open.filter((ask) => ask.panel === panel),
    ),
  )
  const since = open.reduce((oldest, { askedAt }) => (askedAt < oldest ? askedAt : oldest), first.askedAt)
  return `It waits for ${waited.join(', and for ')} since ${day.format(new Date(since))}.`
}

function panelInWords(request: AccessRequest, open: readonly Ask[]): string {
  const panel = request.stages[request.stage]?.[open[0]?.panel ?? 0]
  const said = request.asks.filter(
    (ask) => ask.stage === request.stage && ask.panel === open[0]?.panel && ask.state === 'approved',
  ).length
  const missing = Math.max(1, (panel?.need ?? 1) - said)
  const names = open.slice(0, mostNamed).map((ask) => `${plain(ask.approver.name, 100)} (${inShort(request, ask)})`)
  const others = open.length - names.length
  const all = others > 0 ? [...names, others === 1 ? 'one other' : `${others} others`] : names
  if (all.length === 1) return all.join('')
  if (missing >= open.length) return `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
  const either = `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`
  return missing === 1 ? either : `${missing} of ${either}`
}

/** Whose manager it is goes without saying to whoever asks for themselves. */
function inShort({ terms }: AccessRequest, { as }: Ask): string {
  return terms.person.id === terms.requester.id && as === `manager of ${terms.person.name}` ? 'manager' : plain(as, 100)
}

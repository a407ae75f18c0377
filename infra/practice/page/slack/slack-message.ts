import type { Message } from '../../slack/shapes.ts'
import { avatar } from '../avatar.ts'
import { element, hidden } from '../elements.ts'
import type { PracticeClock } from '../practice-clock.ts'
import type { Shown } from '../shown-list.ts'
import type { Note } from '../shown-message.ts'
import type { Typed } from './controls.ts'
import { type DrawnBlocks, drawBlocks } from './draw-blocks.ts'
import { messageMenu } from './message-menu.ts'
import { mrkdwn } from './mrkdwn.ts'
import type { Names } from './names.ts'

export interface SlackMessageContext {
  readonly names: Names
  readonly clock: PracticeClock
  /** Slack user id of the one who looks. */
  viewer(): string
  press(message: Message, actionId: string, typed: Typed): Promise<Note | undefined>
  /** What the message's menu offers, by name; none in some places. */
  readonly menu: Readonly<Record<string, (message: Message) => Promise<Note | undefined>>>
}

/** One message as Slack draws it. */
export function slackMessage(message: Message, context: SlackMessageContext): Shown<Message> {
  const { from, ts, ephemeralTo } = message
  const isOwn = from.id === context.viewer()
  const sentAt = new Date(Number(ts) * 1000)
  const body = element('div', { class: 'message-body' })
  const note = element('p', { class: 'note', role: 'status' })
  const edited = element('span', { class: 'slack-edited', hidden: true }, '(edited)')
  let current = message
  let busy = false
  const told = async (work: () => Promise<Note | undefined>) => {
    if (busy) return
    busy = true
    note.textContent = ''
    body.setAttribute('aria-busy', 'true')
    const answer = await work()
    note.textContent = answer?.text ?? ''
    note.classList.toggle('error', answer?.isError ?? false)
    body.removeAttribute('aria-busy')
    busy = false
  }
  const menu = messageMenu(
    Object.entries(ephemeralTo === undefined ? context.menu : {}).map(([label, choose]) => ({
      label,
      choose: () => void told(() => choose(current)),
    })),
  )
  const root = element(
    'li',
    {
      class: `message slack-message${isOwn ? ' own' : ''}${ephemeralTo === undefined ? '' : ' ephemeral'}`,
      tabindex: -1,
      'data-testid': 'message',
      'data-from': from.isBot ? 'bot' : 'user',
      'data-message-id': ts,
    },
    avatar(from.name, from.isBot ? 'bot' : 'person'),
    element(
      'div',
      { class: 'slack-content' },
      ephemeralTo !== undefined && element('p', { class: 'slack-only-you' }, 'Only visible to you'),
      element(
        'p',
        { class: 'byline' },
        element('span', { class: 'slack-author' }, from.name),
        from.isBot && element('span', { class: 'slack-app' }, 'APP'),
        context.clock.told(sentAt, 'brief'),
        isOwn && hidden(' (you)'),
      ),
      body,
      edited,
      note,
    ),
    menu,
  )

  let drawn = ''
  let blocks: DrawnBlocks | undefined
  const show = (next: Message) => {
    const look = JSON.stringify([next.text, next.blocks, next.files])
    const same = look === drawn
    const kept = same ? {} : keptFrom(current, next, blocks?.typed() ?? {})
    current = next
    edited.hidden = next.editedAt === undefined
    if (same) return
    const hadFocus = drawn !== '' && body.contains(document.activeElement)
    drawn = look
    blocks = undefined
    const files = next.files.map(({ name }) => element('p', { class: 'slack-file' }, `File: ${name}`))
    if (next.blocks.length > 0) {
      const act = (actionId: string, typed: Typed) => void told(() => context.press(current, actionId, typed))
      blocks = drawBlocks(next.blocks, { names: context.names, now: context.clock.now, act }, kept)
      body.replaceChildren(blocks.root, ...files)
    } else {
      const words = element('div', { class: 'slack-text' }, mrkdwn(next.text, context.names, context.clock.now()))
      body.replaceChildren(...(next.text === '' ? [] : [words]), ...files)
    }
    root.classList.toggle('with-card', next.blocks.length > 0)
    if (hadFocus) (body.querySelector<HTMLElement>('input, textarea, select, button') ?? root).focus()
  }
  show(message)
  return { root, show }
}

/** What was typed into blocks that a change left as they were. */
function keptFrom(before: Message, after: Message, typed: Typed): Typed {
  const left = new Set(before.blocks.map((block) => JSON.stringify(block)))
  const same = JSON.stringify(after.blocks.filter((block) => left.has(JSON.stringify(block))))
  return Object.fromEntries(Object.entries(typed).filter(([id]) => same.includes(JSON.stringify(id))))
}

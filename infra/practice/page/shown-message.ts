import type { Message } from '../teams/message.ts'
import { avatar } from './avatar.ts'
import { drawCard, type Press } from './card-view.ts'
import { button, element, linked } from './elements.ts'
import { nodesOf } from './markdown.ts'
import type { PracticeClock } from './practice-clock.ts'
import type { Shown } from './shown-list.ts'
import type { Card } from './teams-api.ts'

const ADAPTIVE_CARD = 'application/vnd.microsoft.card.adaptive'

/** A sentence that appears below a card after a button was pressed. */
export interface Note {
  readonly text: string
  readonly isError: boolean
}

export interface MessageContext {
  readonly clock: PracticeClock
  /** Whose eyes it is seen with: own messages stand on the right, own card versions win. */
  viewerId(): string
  /** A button of the message's card was pressed. */
  press(message: Message, press: Press): Promise<Note | undefined>
  /** A suggested answer was chosen. */
  say(text: string): void
}

/** One message as Teams draws it. */
export function shownMessage(message: Message, context: MessageContext): Shown<Message> {
  const isOwn = message.from.personId === context.viewerId()
  const isBot = message.from.role === 'bot'
  const root = element('li', {
    class: isOwn ? 'message own' : 'message',
    tabindex: -1,
    'data-testid': 'message',
    'data-from': message.from.role,
    'data-message-id': message.id,
  })
  const body = element('div', { class: 'message-body' })
  const note = element('p', { class: 'note', role: 'status' })
  const byline = element(
    'p',
    { class: 'byline' },
    element('span', { class: isOwn ? 'visually-hidden' : '' }, isOwn ? 'You' : message.from.name),
    ' ',
    context.clock.told(message.timestamp, 'brief'),
  )
  root.append(
    isOwn ? '' : avatar(message.from.name, isBot ? 'bot' : 'person'),
    element('div', { class: 'bubble' }, byline, body, note),
  )

  let drawn = ''
  let current = message
  let busy = false
  const onPress = async (press: Press) => {
    if (busy) return
    busy = true
    note.textContent = ''
    body.setAttribute('aria-busy', 'true')
    const answer = await context.press(current, press)
    note.textContent = answer?.text ?? ''
    note.classList.toggle('error', answer?.isError ?? false)
    body.removeAttribute('aria-busy')
    busy = false
  }
  const show = (next: Message) => {
    current = next
    const card = cardShownTo(context.viewerId(), next)
    const look = JSON.stringify([next.text, next.textFormat, card, next.suggestedActions])
    if (look === drawn) return
    const hadFocus = drawn !== '' && body.contains(document.activeElement)
    drawn = look
    body.replaceChildren(...contentOf(next, card, onPress, context))
    root.classList.toggle('with-card', card !== undefined)
    if (hadFocus) (body.querySelector<HTMLElement>('input, textarea, select, button') ?? root).focus()
  }
  show(message)
  return { root, show }
}

/** The Adaptive Card this person sees: their own version, or everybody's. */
export function cardShownTo(viewerId: string, message: Message): Card | undefined {
  const own = message.cardFor?.[viewerId]
  const everybodys = message.attachments.find(({ contentType }) => contentType === ADAPTIVE_CARD)
  return own ?? (everybodys?.content as Card | undefined)
}

function contentOf(
  message: Message,
  card: Card | undefined,
  onPress: (press: Press) => void,
  context: MessageContext,
): Node[] {
  const content: Node[] = []
  if (message.text !== '') {
    const isMarkdown = message.from.role === 'bot' && message.textFormat === 'markdown'
    const parts = isMarkdown ? [nodesOf(message.text)] : linked(message.text)
    content.push(element('div', { class: isMarkdown ? 'text drawn' : 'text' }, ...parts))
  }
  if (card) content.push(element('div', { class: 'card', 'data-testid': 'card' }, drawCard(card, onPress)))
  const suggestions = suggestionsOf(message.suggestedActions)
  if (suggestions.length > 0) {
    const buttons = suggestions.map(({ title, value }) =>
      button(title, () => context.say(value), { class: 'chip', 'data-testid': 'suggestion' }),
    )
    content.push(element('div', { class: 'suggested' }, ...buttons))
  }
  return content
}

function suggestionsOf(suggested: unknown): readonly { title: string; value: string }[] {
  const actions = (suggested as { actions?: unknown } | undefined)?.actions
  if (!Array.isArray(actions)) return []
  return actions.flatMap(({ title, value }) =>
    typeof title === 'string' && typeof value === 'string' ? [{ title, value }] : [],
  )
}

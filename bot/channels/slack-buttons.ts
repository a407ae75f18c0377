import { renderForm, renderMessage } from '../../cards/slack.ts'
import { type Pressed, readAction, readState } from '../../cards/slack-wire.ts'
import type { Inbound, Place, Reply } from './chat.ts'
import { bringIn, type Deed, isPrivateChat, once, placeIn, type SlackGround, tell } from './slack-ground.ts'
import { showHome } from './slack-home.ts'
import { type ActionsPayload, actionsPayload, readPayload } from './slack-payload.ts'
import { textView } from './slack-views.ts'
import { openWindow, showIn, viewOf } from './slack-windows.ts'
import { slackWords } from './slack-words.ts'

/** No window is worked on for longer; whoever died over it keeps nobody from pressing again for long. */
const longestWork = 10_000

/** `block_actions`: a button on a card, in a window or on the Home tab. */
export async function takeButton(ground: SlackGround, body: unknown): Promise<void> {
  const payload = readPayload(actionsPayload, body)
  const [action] = payload?.actions ?? []
  const pressed = action && readAction(action)
  if (!payload || !action || !pressed) return
  const press: Press = {
    payload,
    pressed: {
      ...pressed,
      values: { ...readState(payload.state?.values ?? payload.view?.state?.values), ...pressed.values },
    },
    id: `${action.action_ts}:${action.action_id}:${payload.user.id}`,
  }
  await once(ground, press.id, () => work(ground, press))
}

/** Each place has its own way of being answered. */
async function work(ground: SlackGround, press: Press): Promise<void> {
  const { payload, pressed } = press
  if (payload.view?.type === 'home') return await startFromHome(ground, press)
  if (payload.view) return await pressInWindow(ground, press, payload.view.id)
  if (!payload.channel || !payload.message) return
  const place = placeIn(ground, payload.channel.id, payload.message.ts)
  if (pressed.kind === 'press') await pressOnCard(ground, press, place)
  else await openFromCard(ground, press, place)
}

interface Press {
  readonly payload: ActionsPayload
  readonly pressed: Pressed
  readonly id: string
}

async function pressOnCard(ground: SlackGround, press: Press, place: Place): Promise<void> {
  const reply = await bringIn(ground, deedOf(press, place))
  if (reply.kind === 'card') await redraw(ground, place, reply)
  else if (reply.kind === 'window') await openInstead(ground, press, reply)
  else if (reply.kind === 'note' || (reply.kind === 'close-window' && reply.text !== undefined))
    await tell(ground, whereOf(press, place), reply.text ?? '')
}

/** A window or a form: nothing is worked on before it stands open, so nothing is made that nobody sees. */
async function openFromCard(ground: SlackGround, press: Press, place: Place): Promise<void> {
  const { payload, pressed } = press
  if (pressed.kind !== 'form') return await openOnce(ground, press, place)
  const opened = await openWindow(ground, payload.trigger_id)
  if ('failed' in opened) return await offerAgain(ground, press, place, opened.failed)
  await showIn(ground, { view: opened.view, ...whereOf(press, place) }, await formFor(ground, press))
}

/** A second click while the first is worked on opens nothing: its window would cover the one that shows a secret once. */
async function openOnce(ground: SlackGround, press: Press, place: Place): Promise<void> {
  const working = `slack-window:${press.payload.user.id}:${place.conversation}:${place.message}`
  if (!(await ground.ephemeral.claim(working, longestWork))) return
  let made: { readonly view: string; readonly reply: Reply } | { readonly failed: 'expired' | 'trouble' }
  try {
    const opened = await openWindow(ground, press.payload.trigger_id)
    made = 'failed' in opened ? opened : { ...opened, reply: await bringIn(ground, deedOf(press, place)) }
  } finally {
    // It lapses by itself; what stands in the window may exist only once.
    await ground.ephemeral
      .release(working)
      .catch((error: unknown) => ground.log.warn({ error: String(error) }, 'slack window not released'))
  }
  if ('failed' in made) return await offerAgain(ground, press, place, made.failed)
  const { view, reply } = made
  if (reply.kind === 'card') await redraw(ground, place, reply)
  await showIn(ground, { view, ...whereOf(press, place) }, viewOf(reply) ?? textView(slackWords.seeChat))
}

async function formFor(ground: SlackGround, { payload, pressed }: Press) {
  try {
    const who = await ground.whoIs(payload.user.id)
    if ('refusal' in who) return textView(who.refusal)
    const content = await ground.contentOf(pressed.post, who.sender)
    if (!content) return textView(slackWords.notYours)
    return renderForm(content, pressed.post, pressed.verb) ?? textView(content.closed ?? slackWords.seeChat)
  } catch (error) {
    ground.log.error({ error: error instanceof Error ? error.stack : String(error) }, 'slack form not made')
    return textView(slackWords.trouble)
  }
}

/** The trigger was too old, or Slack had trouble: the card is drawn anew, so that its button can be pressed again. */
async function offerAgain(ground: SlackGround, press: Press, place: Place, why: 'expired' | 'trouble'): Promise<void> {
  const { payload, pressed } = press
  try {
    const who = await ground.whoIs(payload.user.id)
    const content = 'sender' in who ? await ground.contentOf(pressed.post, who.sender) : undefined
    if (content) await ground.web.update(place, renderMessage(content, pressed.post))
  } catch (error) {
    ground.log.warn({ error: String(error) }, 'slack card not drawn anew')
  }
  await tell(ground, whereOf(press, place), why === 'expired' ? slackWords.tooLate : slackWords.notOpened)
}

/** The Home tab has no card of ours: all that can be done there is to start something, which goes on in the chat. */
async function startFromHome(ground: SlackGround, press: Press): Promise<void> {
  const { payload, pressed } = press
  const user = payload.user.id
  const { dialog } = pressed.values
  if (pressed.verb !== 'start' || dialog === undefined) return
  const opened = await openWindow(ground, payload.trigger_id)
  const conversation = await ground.web.openChat(user).catch(async (error: unknown) => {
    if ('view' in opened)
      await showIn(ground, { view: opened.view, user, conversation: user }, textView(slackWords.trouble))
    throw error
  })
  const inbound: Inbound = { kind: 'start', dialog }
  const reply = await bringIn(ground, { id: press.id, user, conversation, isPublic: false, inbound })
  const said = reply.kind === 'note' ? reply.text : slackWords.seeMessages
  if ('view' in opened) await showIn(ground, { view: opened.view, user, conversation }, textView(said))
  else if (reply.kind === 'note') await tell(ground, { user, conversation }, said)
  await showHome(ground, user)
}

/** A button inside a window that does not send it off. */
async function pressInWindow(ground: SlackGround, press: Press, view: string): Promise<void> {
  const user = press.payload.user.id
  const conversation = await ground.web.openChat(user).catch(async (error: unknown) => {
    await showIn(ground, { view, user, conversation: user }, textView(slackWords.trouble))
    throw error
  })
  const { verb, post, values } = press.pressed
  const inbound: Inbound = { kind: 'press', verb, post, values }
  const reply = await bringIn(ground, { id: press.id, user, conversation, isPublic: false, inbound })
  const shown = viewOf(reply)
  if (shown) await showIn(ground, { view, user, conversation }, shown)
}

async function redraw(ground: SlackGround, place: Place, reply: Extract<Reply, { kind: 'card' }>): Promise<void> {
  // The outbox brings changed cards out as well; this is the answer to the one who pressed.
  await ground.web
    .update(place, renderMessage(reply.content, reply.post))
    .catch((error: unknown) => ground.log.warn({ error: String(error) }, 'slack card not updated'))
}

async function openInstead(
  ground: SlackGround,
  { payload }: Press,
  reply: Extract<Reply, { kind: 'window' }>,
): Promise<void> {
  const shown = viewOf(reply)
  if (shown && payload.trigger_id !== undefined)
    await ground.web
      .openView(payload.trigger_id, shown)
      .catch((error: unknown) => ground.log.warn({ error: String(error) }, 'slack window not opened'))
}

function deedOf({ id, payload, pressed }: Press, place: Place): Deed {
  const { verb, post, values } = pressed
  const inbound: Inbound =
    pressed.kind === 'open' ? { kind: 'open', post, values } : { kind: 'press', verb, post, values }
  const { conversation } = place
  return { id, user: payload.user.id, conversation, place, isPublic: !isPrivateChat(conversation), inbound }
}

function whereOf({ payload }: Press, { conversation }: Place) {
  return { user: payload.user.id, conversation, thread: payload.message?.thread_ts }
}

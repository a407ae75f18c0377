import type { EventBus } from './events.ts'
import { randomId, randomToken } from './identifiers.ts'
import type { HomeView, View } from './shapes.ts'
import type { CheckedView } from './view-rules.ts'

export interface OpenView extends CheckedView {
  readonly id: string
  readonly user: string
  readonly hash: string
  readonly rootId: string
  readonly previousId: string | undefined
}

/** A trigger: permission to open a modal for somebody who has just done something. */
export interface Views {
  trigger(user: string): string
  /** Takes a trigger: whose it is, or why it is worth nothing. */
  exchange(
    trigger: string,
  ):
    | { readonly user: string }
    | { readonly error: 'invalid_trigger_id' | 'expired_trigger_id' | 'exchanged_trigger_id' }
  /** What was opened with a trigger so far. */
  openedWith(trigger: string): OpenView | undefined
  open(user: string, view: CheckedView, trigger: string): OpenView
  push(user: string, view: CheckedView, trigger: string | undefined): OpenView | undefined
  update(id: string, view: CheckedView): OpenView | undefined
  find(idOrExternalId: string): OpenView | undefined
  /** The modal on top. */
  top(user: string): OpenView | undefined
  /** Takes away the modal on top, or all of them. */
  close(user: string, which: 'top' | 'all'): void
  publish(user: string, view: CheckedView): OpenView
  home(user: string): OpenView | undefined
}

const MOST_TRIGGERS = 5_000
const MOST_MODALS = 3

/** @param triggerLife milliseconds for which a trigger can be used, which it can once */
export function createViews(bus: EventBus, clock: () => Date, triggerLife: number): Views {
  const stacks = new Map<string, OpenView[]>()
  const homes = new Map<string, OpenView>()
  const triggers = new Map<string, { readonly user: string; readonly until: number; used: boolean; view?: string }>()
  let versions = 0

  const hash = () => {
    versions += 1
    return `${Math.floor(clock().getTime() / 1_000)}.${randomToken().slice(0, 8)}${versions}`
  }
  const stackOf = (user: string) => stacks.get(user) ?? []
  const put = (user: string, stack: OpenView[]) => {
    if (stack.length === 0) stacks.delete(user)
    else stacks.set(user, stack)
    const top = stack.at(-1)
    bus.emit({ type: 'view', user, view: top && shownView(top) })
  }
  const find = (id: string) => {
    for (const stack of stacks.values()) {
      const found = stack.find((view) => view.id === id || (view.externalId !== '' && view.externalId === id))
      if (found) return found
    }
    for (const home of homes.values()) if (home.id === id) return home
    return undefined
  }
  const used = (trigger: string | undefined, view: OpenView) => {
    const known = trigger === undefined ? undefined : triggers.get(trigger)
    if (known) known.view = view.id
    return view
  }

  return {
    trigger(user) {
      const id = `${clock().getTime()}.${versions}.${randomToken()}`
      triggers.set(id, { user, until: clock().getTime() + triggerLife, used: false })
      if (triggers.size > MOST_TRIGGERS) triggers.delete(triggers.keys().next().value ?? '')
      return id
    },
    exchange(id) {
      const known = triggers.get(id)
      if (!known) return { error: 'invalid_trigger_id' }
      if (known.used) return { error: 'exchanged_trigger_id' }
      if (clock().getTime() >= known.until) return { error: 'expired_trigger_id' }
      known.used = true
      return { user: known.user }
    },
    openedWith: (trigger) => find(triggers.get(trigger)?.view ?? ''),
    open(user, view, trigger) {
      const id = randomId('V')
      const opened: OpenView = { ...view, id, user, hash: hash(), rootId: id, previousId: undefined }
      put(user, [opened])
      return used(trigger, opened)
    },
    push(user, view, trigger) {
      const stack = stackOf(user)
      const below = stack.at(-1)
      if (!below || stack.length >= MOST_MODALS) return undefined
      const id = randomId('V')
      const pushed: OpenView = { ...view, id, user, hash: hash(), rootId: below.rootId, previousId: below.id }
      put(user, [...stack, pushed])
      return used(trigger, pushed)
    },
    update(id, view) {
      const before = find(id)
      if (!before) return undefined
      const after: OpenView = { ...before, ...view, hash: hash() }
      put(
        before.user,
        stackOf(before.user).map((one) => (one.id === before.id ? after : one)),
      )
      return after
    },
    find,
    top: (user) => stackOf(user).at(-1),
    close(user, which) {
      if (stacks.has(user)) put(user, which === 'all' ? [] : stackOf(user).slice(0, -1))
    },
    publish(user, view) {
      const before = homes.get(user)
      const id = before?.id ?? randomId('V')
      const home: OpenView = { ...view, id, user, hash: hash(), rootId: id, previousId: undefined }
      homes.set(user, home)
      bus.emit({ type: 'home', user, home: shownHome(home) })
      return home
    },
    home: (user) => homes.get(user),
  }
}

export const shownView = (view: OpenView): View => ({
  id: view.id,
  callbackId: view.callbackId,
  title: view.title,
  ...(view.submit === undefined ? {} : { submit: view.submit }),
  ...(view.close === undefined ? {} : { close: view.close }),
  blocks: view.blocks,
  hash: view.hash,
  privateMetadata: view.privateMetadata,
})

export const shownHome = ({ blocks, hash }: OpenView): HomeView => ({ blocks, hash })

/** A view in Slack's own words, with what stands in its inputs. */
export function wireView(
  view: OpenView,
  app: { readonly teamId: string; readonly appId: string; readonly botId: string },
  values: object = {},
): Record<string, unknown> {
  const label = (text: string | undefined) => (text === undefined ? null : { type: 'plain_text', text, emoji: true })
  return {
    id: view.id,
    team_id: app.teamId,
    type: view.type,
    blocks: view.blocks,
    private_metadata: view.privateMetadata,
    callback_id: view.callbackId,
    state: { values },
    hash: view.hash,
    title: view.type === 'home' ? { type: 'plain_text', text: 'View Title', emoji: true } : label(view.title),
    clear_on_close: view.clearOnClose,
    notify_on_close: view.notifyOnClose,
    close: label(view.close),
    submit: label(view.submit),
    previous_view_id: view.previousId ?? null,
    root_view_id: view.rootId,
    app_id: app.appId,
    external_id: view.externalId,
    app_installed_team_id: app.teamId,
    bot_id: app.botId,
  }
}

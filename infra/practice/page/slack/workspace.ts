import type { SlackAccount, SlackView, Someone } from '../../front-door-shapes.ts'
import type { Message } from '../../slack/shapes.ts'
import { company } from '../company-api.ts'
import type { Live } from '../live.ts'
import type { PracticeClock } from '../practice-clock.ts'
import type { Names } from './names.ts'
import { slack } from './slack-api.ts'

/** The practice company's Slack. */
export interface Workspace {
  readonly bot: string
  readonly names: Names
  readonly clock: PracticeClock
  readonly live: Pick<Live, 'onSlack' | 'onReconnect'>
  readonly channels: readonly { readonly id: string; readonly name: string }[]
  readonly view: SlackView
  /** The account of somebody of the directory; undefined for who has none. */
  accountOf(person: Someone): Promise<SlackAccount | undefined>
  /** Remembers what those who write here are called. */
  meet(messages: readonly Message[]): void
}

/** Opens the workspace for this page. @throws RequestError when practice Slack does not answer */
export async function openWorkspace(options: {
  readonly bot: string
  readonly view: SlackView
  readonly live: Workspace['live']
  readonly clock: PracticeClock
}): Promise<Workspace> {
  const channels = await slack.channels()
  const known = new Map([[options.view.botUserId, options.bot]])
  const meet = (messages: readonly Message[]) => {
    for (const { from } of messages) known.set(from.id, from.name)
  }
  options.live.onSlack((event) => {
    if ('message' in event) meet([event.message])
  })
  return {
    ...options,
    channels,
    meet,
    names: {
      user: (id) => known.get(id) ?? id,
      channel: (id) => channels.find((one) => one.id === id)?.name ?? id,
    },
    async accountOf({ id, name }) {
      const account = (await company.slackAccount(id)) ?? undefined
      if (account) known.set(account.user, name)
      return account
    },
  }
}

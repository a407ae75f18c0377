import type { BotLine, Delivery } from './delivery.ts'
import type { EventBus } from './events.ts'
import { randomId } from './identifiers.ts'
import { scopeOfEvent } from './scopes.ts'
import type { Bot } from './state.ts'

type Event = Readonly<Record<string, unknown>>

/** Tells the bot what happens, as the Events API does (https://docs.slack.dev/apis/events-api). */
export interface Telling {
  /** Undefined when the app has not subscribed to such events or lacks their scope. */
  tell(event: Event): Promise<Delivery> | undefined
  envelope(event: Event): { readonly event_id: string }
}

export function createTelling(options: {
  readonly line: BotLine
  readonly bus: EventBus
  readonly teamId: string
  readonly bot: Bot
  readonly clock: () => Date
  readonly scopes: ReadonlySet<string>
  readonly subscriptions: ReadonlySet<string>
}): Telling {
  const { line, bus, teamId, bot, clock, scopes, subscriptions } = options
  const envelope = (event: Event) => ({
    token: 'practice',
    team_id: teamId,
    context_team_id: teamId,
    context_enterprise_id: null,
    api_app_id: bot.appId,
    event,
    type: 'event_callback',
    event_id: randomId('Ev'),
    event_time: Math.floor(clock().getTime() / 1_000),
    authorizations: [
      { enterprise_id: null, team_id: teamId, user_id: bot.userId, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
  })
  return {
    envelope,
    tell(event) {
      const kind = event.type === 'message' ? `message.${pluralOf(event.channel_type)}` : String(event.type)
      const scope = scopeOfEvent[kind]
      if (!subscriptions.has(kind) || (scope !== undefined && !scopes.has(scope))) return undefined
      const wrapped = envelope(event)
      return line.event(wrapped.event_id, wrapped, (status, attempt) =>
        bus.emit({ type: 'delivery', eventId: wrapped.event_id, status, attempt }),
      )
    },
  }
}

const pluralOf = (channelType: unknown) => (channelType === 'im' ? 'im' : `${String(channelType)}s`)

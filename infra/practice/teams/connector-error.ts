/**
 * What the connector refuses, in Teams' own words (Microsoft Learn, "Status codes from bot conversational APIs"; blocked and
 * unreachable people: "Send proactive messages").
 */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError'
  readonly status: number
  readonly code: string
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, code: string, message: string, retryAfterSeconds?: number) {
    super(message)
    this.status = status
    this.code = code
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export const refusal = {
  badArgument: (message: string) => new ConnectorError(400, 'BadArgument', message),
  badSyntax: (message: string) => new ConnectorError(400, 'BadSyntax', message),
  notRegistered: () => new ConnectorError(401, 'BotNotRegistered', 'No registration found for this bot.'),
  blocked: () =>
    new ConnectorError(403, 'MessageWritesBlocked', 'Message writes are blocked: the user blocked the bot.'),
  notInstalled: () =>
    new ConnectorError(403, 'ForbiddenOperationException', "Bot is not installed in user's personal scope"),
  notInRoster: () =>
    new ConnectorError(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.'),
  notYours: () => new ConnectorError(403, 'NotEnoughPermissions', 'A bot can only change messages it has sent itself.'),
  noConversation: () => new ConnectorError(404, 'ConversationNotFound', 'Conversation not found.'),
  noActivity: () => new ConnectorError(404, 'ActivityNotFoundInConversation', 'Conversation not found.'),
  noMember: () =>
    new ConnectorError(404, 'MemberNotFoundInConversation', 'The member was not found in the conversation roster.'),
  tooBig: () => new ConnectorError(413, 'MessageSizeTooBig', 'Message size too large.'),
} as const

/** A fault switched on for the next requests of the bot. */
export interface ConnectorFault {
  /** `cut` closes the connection before the request has any effect, `lost` after it: the bot cannot tell which. */
  readonly status: 412 | 429 | 500 | 502 | 503 | 504 | 'cut' | 'lost'
  /** Seconds, sent as Retry-After with 429. Default 1. */
  readonly retryAfterSeconds?: number
  /** How many requests it hits; default 1. */
  readonly times?: number
  /** Only requests about this conversation. */
  readonly conversationId?: string
}

export interface FaultSwitch {
  add(fault: ConnectorFault): void
  clear(): void
  /** The fault that hits this request, used up once. */
  take(conversationId: string | undefined): ConnectorFault | undefined
}

export function createFaultSwitch(): FaultSwitch {
  let pending: (ConnectorFault & { readonly times: number })[] = []
  return {
    add(fault) {
      pending.push({ ...fault, times: fault.times ?? 1 })
    },
    clear() {
      pending = []
    },
    take(conversationId) {
      const hit = pending.find((fault) => fault.conversationId === undefined || fault.conversationId === conversationId)
      if (hit) {
        pending = pending.flatMap((fault) => {
          if (fault !== hit) return [fault]
          return fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : []
        })
      }
      return hit
    },
  }
}

export function errorOfFault(fault: ConnectorFault): ConnectorError | 'cut' | 'lost' {
  if (fault.status === 'cut' || fault.status === 'lost') return fault.status
  if (fault.status === 429)
    return new ConnectorError(429, 'Throttled', 'Too many requests.', fault.retryAfterSeconds ?? 1)
  if (fault.status === 412)
    return new ConnectorError(412, 'PreconditionFailed', 'Precondition failed, please try again.')
  return new ConnectorError(fault.status, 'ServiceError', 'The service is not available.', fault.retryAfterSeconds)
}

import type { Message } from '../teams/message.ts'
import { ask } from './company-api.ts'

export type Card = { readonly [name: string]: unknown }

/** A dialog the bot opened. Nothing keeps it but the window it is shown in. */
export interface BotDialog {
  readonly title: string
  readonly card: Card
}

/** What a person sees after pressing a button. */
export type Outcome =
  | { readonly kind: 'card'; readonly card: Card }
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'dialog'; readonly dialog: BotDialog }
  | { readonly kind: 'closed' }
  | { readonly kind: 'sent' }
  | { readonly kind: 'error'; readonly text: string }

export interface Pressed {
  readonly type: string
  readonly title?: string | undefined
  readonly verb?: string | undefined
  readonly id?: string | undefined
}

export interface Conversation {
  readonly conversationId: string
  readonly messages: readonly Message[]
}

const person = (id: string) => `/teams/people/${encodeURIComponent(id)}`
const channel = (id: string) => `/teams/channels/${encodeURIComponent(id)}`

/** What people can do in practice Teams. */
export const teams = {
  open: (personId: string) => ask<Conversation>(`${person(personId)}/open`, {}),
  chat: (personId: string) => ask<Conversation>(`${person(personId)}/chat`),
  say: (personId: string, text: string) => ask<void>(`${person(personId)}/messages`, { text }),
  act: (personId: string, messageId: string, action: Pressed, data: unknown) =>
    ask<Outcome>(`${person(personId)}/actions`, { messageId, action, data }),
  fetchDialog: (personId: string, messageId: string, data: unknown) =>
    ask<Outcome>(`${person(personId)}/dialog/fetch`, { messageId, data }),
  submitDialog: (personId: string, messageId: string, data: unknown) =>
    ask<Outcome>(`${person(personId)}/dialog/submit`, { messageId, data }),
  refresh: (personId: string, messageId: string) => ask<Outcome>(`${person(personId)}/refresh`, { messageId }),

  channel: (id: string) => ask<Conversation>(channel(id)),
  post: (
    id: string,
    personId: string,
    text: string,
    more: { readonly replyTo?: string; readonly mention?: boolean } = {},
  ) => ask<void>(`${channel(id)}/messages`, { personId, text, ...more }),
  actIn: (id: string, personId: string, messageId: string, action: Pressed, data: unknown) =>
    ask<Outcome>(`${channel(id)}/actions`, { personId, messageId, action, data }),
}

import type { Chat, Command, HomeView, Message, Pressed, Submission, View } from '../../slack/shapes.ts'
import { ask } from '../company-api.ts'
import type { Typed } from './controls.ts'

const part = encodeURIComponent
const person = (user: string) => `/slack/people/${part(user)}`
const channel = (id: string) => `/slack/channels/${part(id)}`

/** What people can do in practice Slack. Everybody is named by their Slack user id. */
export const slack = {
  channels: () => ask<readonly { readonly id: string; readonly name: string }[]>('/slack/channels'),

  open: (user: string) => ask<{ conversationId: string }>(`${person(user)}/open`, {}),
  chat: (user: string) => ask<readonly Message[]>(`${person(user)}/chat`),
  say: (user: string, text: string) => ask<void>(`${person(user)}/messages`, { text }),
  command: (user: string, conversationId: string, command: string, text: string) =>
    ask<Command>(`${person(user)}/commands`, { conversationId, command, text }),
  channel: (id: string, user: string) => ask<Chat>(`${channel(id)}?user=${part(user)}`),
  post: (user: string, id: string, text: string, threadTs?: string) =>
    ask<void>(`${channel(id)}/messages`, { user, text, threadTs }),
  /** The same, beginning with a mention of the bot. */
  mention: (user: string, id: string, text: string, threadTs?: string) =>
    ask<void>(`${channel(id)}/messages`, { user, text, threadTs, mention: true }),

  press: (user: string, conversationId: string, messageTs: string, button: string, typed: Typed) =>
    ask<Pressed>(`${person(user)}/presses`, { conversationId, messageTs, button, typed }),
  shortcut: (user: string, conversationId: string, messageTs: string, callbackId: string) =>
    ask<Pressed>(`${person(user)}/shortcuts`, { conversationId, messageTs, callbackId }),

  view: (user: string) => ask<View | null>(`${person(user)}/view`),
  pressInView: (user: string, button: string, typed: Typed) =>
    ask<Pressed>(`${person(user)}/view/presses`, { button, typed }),
  submitView: (user: string, typed: Typed) => ask<Submission>(`${person(user)}/view/submit`, { typed }),
  closeView: (user: string) => ask<void>(`${person(user)}/view/close`, {}),

  openHome: (user: string) => ask<HomeView | null>(`${person(user)}/home/open`, {}),
  home: (user: string) => ask<HomeView | null>(`${person(user)}/home`),
  pressHome: (user: string, button: string, typed: Typed) =>
    ask<Pressed>(`${person(user)}/home/presses`, { button, typed }),
}

import type { JsonObject } from './json.ts'

/** A Block Kit block as the bot sent it, checked against Slack's limits. */
export type Block = JsonObject & { readonly type: string; readonly block_id: string }

export interface SlackFile {
  readonly name: string
  readonly mimetype?: string
  readonly size?: number
}

/** One message as somebody in its conversation sees it. */
export interface Message {
  /** Seconds since 1970 and six digits, strictly increasing over all conversations. */
  readonly ts: string
  readonly conversationId: string
  readonly from: { readonly id: string; readonly name: string; readonly isBot: boolean }
  /** mrkdwn; what a notification would say where there are blocks. */
  readonly text: string
  readonly blocks: readonly Block[]
  readonly files: readonly SlackFile[]
  /** ts of the thread's first message, on its replies. */
  readonly threadTs?: string
  /** Visible to this person only: their user id. */
  readonly ephemeralTo?: string
  /** ISO 8601. */
  readonly editedAt?: string
}

export interface Chat {
  readonly id: string
  readonly name: string
  readonly messages: readonly Message[]
}

/** A modal. */
export interface View {
  readonly id: string
  readonly callbackId: string
  readonly title: string
  /** What stands on the button that sends it off; absent when there is none. */
  readonly submit?: string
  readonly close?: string
  readonly blocks: readonly Block[]
  readonly hash: string
  readonly privateMetadata: string
}

export interface HomeView {
  readonly blocks: readonly Block[]
  readonly hash: string
}

export interface Pressed {
  /** Whether the bot answered 200 within 3 s. */
  readonly acknowledged: boolean
  readonly status: number
  readonly opened?: View
}

export interface Command {
  readonly acknowledged: boolean
  readonly status: number
  /** What the bot answered the command with itself: shown to this person only. */
  readonly message?: Message
  readonly opened?: View
}

/** What a modal sent off comes to. `failed`: the bot did not answer in 3 s or not as it may; the modal stays with "We had some trouble connecting". */
export type Submission =
  | { readonly kind: 'closed' }
  | { readonly kind: 'updated'; readonly view: View }
  | { readonly kind: 'errors'; readonly errors: Readonly<Record<string, string>>; readonly view: View }
  | { readonly kind: 'failed'; readonly status: number; readonly view: View }

/** Somebody in the workspace, in Slack's own words (`users.info`). */
export interface Profile {
  readonly id: string
  readonly directoryId: string | undefined
  readonly team_id: string
  readonly name: string
  readonly real_name: string
  readonly email: string | undefined
  readonly is_bot: boolean
  readonly is_restricted: boolean
  readonly is_ultra_restricted: boolean
  readonly is_stranger: boolean
  readonly is_invited_user: boolean
  readonly is_email_confirmed: boolean
  readonly deleted: boolean
  /** Where a picture is to be had. */
  readonly image: string | undefined
}

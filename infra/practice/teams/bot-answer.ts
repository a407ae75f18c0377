import { z } from 'zod'
import { faultOfCard } from './adaptive-card.ts'
import type { Delivery } from './delivery.ts'
import type { JsonObject } from './json.ts'
import { ADAPTIVE_CARD } from './message.ts'

/** What Teams shows a person when the bot does not answer an invoke in time or at all, and when the answer is no good. */
export const UNREACHABLE_TEXT = 'Unable to reach app. Please try again.'
export const WENT_WRONG_TEXT = 'Something went wrong. Please try again.'

/** An open dialog (task module). Teams keeps it nowhere. */
export interface Dialog {
  readonly title: string
  readonly width?: number | string | undefined
  readonly height?: number | string | undefined
  readonly card: JsonObject
}

export interface ActionError {
  readonly kind: 'error'
  /** The sentence the person reads. */
  readonly text: string
  /** For whoever builds the bot: its HTTP status (0 = none), error code and what is wrong. */
  readonly status: number
  readonly code?: string
  readonly detail?: string
}

/** What a person sees after pressing a button. */
export type ActionOutcome =
  | { readonly kind: 'card'; readonly card: JsonObject }
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'dialog'; readonly dialog: Dialog }
  | { readonly kind: 'closed' }
  /** Action.Submit has been handed to the bot, which answers with a message or not at all. */
  | { readonly kind: 'sent'; readonly activityId: string }
  | ActionError

const invokeAnswer = z.object({ statusCode: z.number(), type: z.string(), value: z.unknown().optional() })
const errorValue = z.object({ code: z.string().optional(), message: z.string().optional() })
const size = z.union([z.number(), z.string()]).optional()
const taskAnswer = z.object({
  task: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('continue'),
      value: z.object({
        title: z.string().optional(),
        width: size,
        height: size,
        card: z.object({ contentType: z.literal(ADAPTIVE_CARD), content: z.record(z.string(), z.unknown()) }),
      }),
    }),
    z.object({ type: z.literal('message'), value: z.string() }),
  ]),
})

/** Reads the answer to `adaptiveCard/action` (Universal Actions for Adaptive Cards, "Response format"). */
export function readCardAnswer(delivery: Delivery): ActionOutcome {
  const unanswered = errorOfDelivery(delivery)
  if (unanswered) return unanswered
  const parsed = invokeAnswer.safeParse(delivery.body)
  if (!parsed.success) return wentWrong(delivery, 'the answer is not {statusCode, type, value}')
  const { statusCode, type, value } = parsed.data
  if (
    statusCode >= 400 ||
    type === 'application/vnd.microsoft.error' ||
    type === 'application/vnd.microsoft.activity.error'
  ) {
    const { code, message } = errorValue.safeParse(value).data ?? {}
    return {
      ...wentWrong(delivery, message ?? `statusCode ${statusCode}`),
      status: statusCode,
      ...(code ? { code } : {}),
    }
  }
  if (type === 'application/vnd.microsoft.activity.message') {
    return typeof value === 'string'
      ? { kind: 'message', text: value }
      : wentWrong(delivery, 'the message is not a text')
  }
  if (type !== ADAPTIVE_CARD) return wentWrong(delivery, `unknown answer type ${type}`)
  const fault = faultOfCard(value)
  return fault ? wentWrong(delivery, fault) : { kind: 'card', card: value as JsonObject }
}

/** Reads the answer to `task/fetch` and `task/submit`. An empty answer to a submit closes the dialog. */
export function readTaskAnswer(delivery: Delivery, mayClose: boolean): ActionOutcome {
  const unanswered = errorOfDelivery(delivery)
  if (unanswered) return unanswered
  const { body } = delivery
  const isEmpty = body == null || body === '' || (typeof body === 'object' && Object.keys(body).length === 0)
  if (isEmpty) return mayClose ? { kind: 'closed' } : wentWrong(delivery, 'the answer is empty')
  const parsed = taskAnswer.safeParse(body)
  if (!parsed.success) return wentWrong(delivery, 'the answer is neither a card to continue with nor a message')
  const { task } = parsed.data
  if (task.type === 'message') return { kind: 'message', text: task.value }
  const { title = '', width, height, card } = task.value
  const fault = faultOfCard(card.content)
  return fault ? wentWrong(delivery, fault) : { kind: 'dialog', dialog: { title, width, height, card: card.content } }
}

/** Reads whether a message (Action.Submit) reached the bot. */
export function readSubmitAnswer(delivery: Delivery): ActionOutcome {
  return errorOfDelivery(delivery) ?? { kind: 'sent', activityId: delivery.activityId }
}

function errorOfDelivery(delivery: Delivery): ActionError | undefined {
  if (delivery.status === 0) return { kind: 'error', text: UNREACHABLE_TEXT, status: 0, detail: 'no answer in time' }
  return delivery.status >= 300 ? wentWrong(delivery, `HTTP ${delivery.status}`) : undefined
}

function wentWrong(delivery: Delivery, detail: string): ActionError {
  return { kind: 'error', text: WENT_WRONG_TEXT, status: delivery.status, detail }
}

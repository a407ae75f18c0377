import { z } from 'zod'
import { isKeepable } from '../text/keepable.ts'

/** Ids and timestamps of Slack's: short, and never read but compared, kept and sent back. */
const id = z.string().min(1).max(100).refine(isKeepable)
const absentOr = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined)
const trigger = z.string().min(1).max(300).refine(isKeepable)
const files = absentOr(z.array(z.unknown()).max(1_000))
const words = absentOr(z.string().max(50_000))

/** What came from Slack is not in the form that Slack documents: it is left alone. */
export function readPayload<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> | undefined {
  const parsed = schema.safeParse(body)
  return parsed.success ? parsed.data : undefined
}

const envelope = {
  event_id: id,
  is_ext_shared_channel: absentOr(z.boolean()),
}

/** Source: Slack events `message.im`, `message.channels`, `message.groups`, `app_mention`. */
export const messagePayload = z.object({
  ...envelope,
  event: z.object({
    subtype: absentOr(id),
    user: absentOr(id),
    bot_id: absentOr(id),
    text: words,
    ts: id,
    thread_ts: absentOr(id),
    channel: id,
    channel_type: absentOr(id),
    files,
    edited: absentOr(z.unknown()),
    user_team: absentOr(id),
    source_team: absentOr(id),
  }),
})
export type MessagePayload = z.infer<typeof messagePayload>

/** Source: Slack event `app_home_opened`. */
export const homePayload = z.object({
  ...envelope,
  event: z.object({ user: id, channel: id, tab: id }),
})

/** Source: Slack event `user_change`. */
export const userChangePayload = z.object({ event: z.object({ user: z.object({ id }) }) })

const person = z.object({ id })
const inputs = absentOr(z.object({ values: z.unknown() }))

/** Source: Slack "block_actions payload". */
export const actionsPayload = z.object({
  user: person,
  trigger_id: absentOr(trigger),
  channel: absentOr(z.object({ id })),
  message: absentOr(z.object({ ts: id, thread_ts: absentOr(id) })),
  view: absentOr(z.object({ id, type: id, private_metadata: absentOr(z.string().max(3_000)), state: inputs })),
  state: inputs,
  actions: z
    .array(
      z.object({
        action_id: z.string().max(255).refine(isKeepable),
        action_ts: id,
        type: id,
        value: absentOr(z.string().max(2_000)),
      }),
    )
    .min(1)
    .max(25),
})
export type ActionsPayload = z.infer<typeof actionsPayload>

/** Source: Slack "view_submission payload". */
export const submissionPayload = z.object({
  user: person,
  view: z.object({ id, hash: id, private_metadata: z.string().max(3_000), state: z.object({ values: z.unknown() }) }),
})

/** Source: Slack "message shortcut payload" (`message_action`). */
export const shortcutPayload = z.object({
  user: person,
  action_ts: id,
  channel: z.object({ id }),
  message: z.object({ user: absentOr(id), bot_id: absentOr(id), text: words, files }),
})

export type ShortcutPayload = z.infer<typeof shortcutPayload>

/** Source: Slack "slash command payload". */
export const commandPayload = z.object({
  user_id: id,
  channel_id: id,
  trigger_id: trigger,
  text: words,
})

import { z } from 'zod'
import { isKeepable, keepable } from '../bot/text/keepable.ts'
import { limits } from './slack-limits.ts'

/** What a button says of itself: the channel's press, a window to open, or a form to show. */
export type Pressed = {
  kind: 'press' | 'open' | 'form'
  verb: string
  post: string
  values: Record<string, string>
}
/** What a modal says of itself: a window that is sent off, or a form that stands for a button of a posted card. */
export type Submitted = { kind: 'submit' | 'press'; verb: string; post: string; values: Record<string, string> }

const text = (longest: number) => z.string().max(longest).refine(isKeepable)

const said = {
  verb: text(100),
  post: text(300),
  values: z.record(text(100), text(2_000)).refine((values) => Object.keys(values).length <= 30, 'too many values'),
}
const pressed = z.strictObject({ kind: z.enum(['press', 'open', 'form']), ...said })
const submitted = z.strictObject({ kind: z.enum(['submit', 'press']), ...said })

/** A button's value. @throws RangeError when Slack could not carry it: it is never cut */
export function writeAction(action: Pressed): string {
  return within(JSON.stringify(pressed.parse(action)), limits.buttonValue)
}

/** A modal's private_metadata. @throws RangeError when Slack could not carry it: it is never cut */
export function writeMetadata(modal: Submitted): string {
  return within(JSON.stringify(submitted.parse(modal)), limits.metadata)
}

function within(text: string, most: number): string {
  if (text.length > most)
    throw new RangeError(`a button or modal says ${text.length} characters of itself, more than ${most}`)
  return text
}

const actionSchema = z.object({ type: z.literal('button'), value: z.string().max(limits.buttonValue) })

/** Reads which button of which card was pressed; undefined for what is no button of ours. */
export function readAction(action: {
  readonly action_id: string
  readonly type: string
  readonly value?: string | undefined
  readonly selected_option?: unknown
}): Pressed | undefined {
  const button = actionSchema.safeParse(action)
  return button.success ? readJson(pressed, button.data.value) : undefined
}

/** Reads what a modal of ours stands for; undefined for any other. */
export function readMetadata(private_metadata: string): Submitted | undefined {
  return private_metadata.length > limits.metadata ? undefined : readJson(submitted, private_metadata)
}

function readJson<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

const option = z.object({ value: z.string() })
const stateSchema = z.record(z.string(), z.record(z.string(), z.unknown()))
const elementState = z.union([
  z.object({ type: z.enum(['plain_text_input', 'number_input']), value: z.string() }).transform(({ value }) => value),
  z
    .object({ type: z.enum(['static_select', 'radio_buttons']), selected_option: option })
    .transform(({ selected_option }) => selected_option.value),
  z
    .object({ type: z.enum(['checkboxes', 'multi_static_select']), selected_options: z.array(option).min(1).max(100) })
    .transform(({ selected_options }) => selected_options.map(({ value }) => value).join(',')),
  z.object({ type: z.literal('datepicker'), selected_date: z.string() }).transform((state) => state.selected_date),
  z.object({ type: z.literal('timepicker'), selected_time: z.string() }).transform((state) => state.selected_time),
])

/**
 * What stands in the inputs of a message or a modal (`state.values`), by input id: at most 30 texts of at most 2,000
 * characters; several choices are joined by commas, as Teams does. What is empty, unknown or malformed is not there.
 */
export function readState(values: unknown): Record<string, string> {
  const state = stateSchema.safeParse(values)
  if (!state.success) return {}
  const entries = Object.values(state.data).flatMap((block) => Object.entries(block))
  const read = entries.flatMap(([id, element]): [string, string][] => {
    const parsed = elementState.safeParse(element)
    return parsed.success && id.length <= 100 && isKeepable(id) ? [[id, keepable(parsed.data, 2_000)]] : []
  })
  return Object.fromEntries(read.slice(0, 30))
}

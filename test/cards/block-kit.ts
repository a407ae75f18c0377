import { z } from 'zod'

/**
 * Block Kit as documented, for the blocks that HelpBot draws: every other block, element and property is a fault.
 * Source: Slack "Block Kit reference" (blocks, block elements, composition objects) and "Views".
 */
const words = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine((text) => text.isWellFormed(), 'half a character')
    .refine((text) => text.trim() !== '', 'only space')
const plainText = (most: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: words(most), emoji: z.boolean().optional() })
const mrkdwn = (most: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: words(most), verbatim: z.boolean().optional() })
const textObject = (most: number) => z.discriminatedUnion('type', [plainText(most), mrkdwn(most)])

const id = z.string().min(1).max(255)
const web = z.url({ protocol: /^https$/ }).max(3_000)
const altText = words(2_000)
const placeholder = plainText(150).optional()

const button = z.strictObject({
  type: z.literal('button'),
  action_id: id,
  text: plainText(75),
  value: z.string().max(2_000).optional(),
  url: web.optional(),
  style: z.enum(['primary', 'danger']).optional(),
})
const imageElement = z.strictObject({ type: z.literal('image'), image_url: web, alt_text: altText })

const option = z.strictObject({ text: plainText(75), value: z.string().min(1).max(150) })
const options = (most: number) =>
  z
    .array(option)
    .min(1)
    .max(most)
    .refine((all) => new Set(all.map(({ value }) => value)).size === all.length, 'two options of one value')
const initialIsAnOption = (element: {
  options: { value: string }[]
  initial_option?: { value: string } | undefined
  initial_options?: { value: string }[] | undefined
}) => {
  const initial = element.initial_option ? [element.initial_option] : (element.initial_options ?? [])
  return initial.every(({ value }) => element.options.some((one) => one.value === value))
}
const choosing = 'an initial option that is none of the options'

const textInput = z
  .strictObject({
    type: z.literal('plain_text_input'),
    action_id: id,
    multiline: z.boolean().optional(),
    max_length: z.number().int().min(1).max(3_000).optional(),
    initial_value: z.string().max(3_000).optional(),
    placeholder,
  })
  .refine((input) => (input.initial_value ?? '').length <= (input.max_length ?? 3_000), 'initial_value is too long')
const numberInput = z.strictObject({
  type: z.literal('number_input'),
  action_id: id,
  is_decimal_allowed: z.boolean(),
  min_value: z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .optional(),
  max_value: z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .optional(),
  initial_value: z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .optional(),
  placeholder,
})
const datepicker = z.strictObject({
  type: z.literal('datepicker'),
  action_id: id,
  initial_date: z.iso.date().optional(),
  placeholder,
})
const timepicker = z.strictObject({
  type: z.literal('timepicker'),
  action_id: id,
  initial_time: z
    .string()
    .regex(/^\d\d:\d\d$/)
    .optional(),
  placeholder,
})
const staticSelect = z
  .strictObject({
    type: z.literal('static_select'),
    action_id: id,
    options: options(100),
    initial_option: option.optional(),
    placeholder,
  })
  .refine(initialIsAnOption, choosing)
const multiSelect = z
  .strictObject({
    type: z.literal('multi_static_select'),
    action_id: id,
    options: options(100),
    initial_options: z.array(option).min(1).optional(),
    placeholder,
  })
  .refine(initialIsAnOption, choosing)
const radioButtons = z
  .strictObject({
    type: z.literal('radio_buttons'),
    action_id: id,
    options: options(10),
    initial_option: option.optional(),
  })
  .refine(initialIsAnOption, choosing)
const checkboxes = z
  .strictObject({
    type: z.literal('checkboxes'),
    action_id: id,
    options: options(10),
    initial_options: z.array(option).min(1).optional(),
  })
  .refine(initialIsAnOption, choosing)

const style = z.strictObject({ bold: z.literal(true).optional(), code: z.literal(true).optional() }).optional()
const richElement = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('text'),
    text: z
      .string()
      .min(1)
      .max(3_000)
      .refine((text) => text.isWellFormed(), 'half a character'),
    style,
  }),
  z.strictObject({
    type: z.literal('date'),
    timestamp: z.number().int().nonnegative(),
    format: z.string().regex(/^(\{(date|date_num|date_short|date_long|time)\} ?)+$/),
    fallback: words(100),
    style,
  }),
  z.strictObject({ type: z.literal('emoji'), name: z.literal('warning') }),
])
const richSection = z.strictObject({ type: z.literal('rich_text_section'), elements: z.array(richElement).min(1) })

const block_id = id.optional()
const common = [
  z.strictObject({ type: z.literal('header'), block_id, text: plainText(150) }),
  z.strictObject({ type: z.literal('divider'), block_id }),
  z
    .strictObject({
      type: z.literal('section'),
      block_id,
      text: textObject(3_000).optional(),
      fields: z.array(textObject(2_000)).min(1).max(10).optional(),
      accessory: z.discriminatedUnion('type', [button, imageElement]).optional(),
    })
    .refine(({ text, fields }) => text !== undefined || fields !== undefined, 'a section without text or fields'),
  z.strictObject({
    type: z.literal('context'),
    block_id,
    elements: z
      .array(z.discriminatedUnion('type', [plainText(3_000), mrkdwn(3_000), imageElement]))
      .min(1)
      .max(10),
  }),
  z.strictObject({ type: z.literal('rich_text'), block_id, elements: z.array(richSection).min(1) }),
  z.strictObject({ type: z.literal('image'), block_id, image_url: web, alt_text: altText }),
  z.strictObject({ type: z.literal('actions'), block_id, elements: z.array(button).min(1).max(25) }),
] as const
const anywhere = [textInput, datepicker, timepicker, staticSelect, multiSelect, radioButtons, checkboxes] as const
const input = { type: z.literal('input'), block_id, label: plainText(2_000), hint: plainText(2_000).optional() }
const messageInput = z.strictObject({
  ...input,
  optional: z.boolean().optional(),
  element: z.discriminatedUnion('type', [...anywhere]),
})
const modalInput = z.strictObject({
  ...input,
  optional: z.boolean().optional(),
  element: z.discriminatedUnion('type', [...anywhere, numberInput]),
})

const messageBlocks = z.array(z.discriminatedUnion('type', [...common, messageInput])).max(50)
const message = z.strictObject({ text: words(4_000), blocks: messageBlocks.min(1) })
const view = { private_metadata: z.string().max(3_000).optional(), callback_id: id.optional() }
const modal = z
  .strictObject({
    ...view,
    type: z.literal('modal'),
    title: plainText(24),
    close: plainText(24).optional(),
    submit: plainText(24).optional(),
    blocks: z.array(z.discriminatedUnion('type', [...common, modalInput])).max(100),
  })
  .refine(
    ({ submit, blocks }) => submit !== undefined || !blocks.some(({ type }) => type === 'input'),
    'inputs without a submit button',
  )
const home = z.strictObject({
  ...view,
  type: z.literal('home'),
  blocks: z.array(z.discriminatedUnion('type', [...common, messageInput])).max(100),
})

/** Everything in which a message is none that Slack takes; empty when it is one. */
export function messageFaults(value: { readonly text: string; readonly blocks: readonly unknown[] }): string[] {
  const size = value.text.length + JSON.stringify(value.blocks).length
  const tooLong = size > 13_200 ? [`msg_blocks_too_long: ${size}`] : []
  return [...issuesOf(message, value), ...idFaults(value.blocks), ...tooLong]
}

/** The same for a modal or a Home tab. */
export function viewFaults(value: { readonly type: string; readonly blocks: readonly unknown[] }): string[] {
  const size = JSON.stringify(value).length
  const tooLong = size > 250_000 ? [`view_too_large: ${size}`] : []
  return [...issuesOf(value.type === 'home' ? home : modal, value), ...idFaults(value.blocks), ...tooLong]
}

function issuesOf(schema: z.ZodType, value: unknown): string[] {
  const { error } = schema.safeParse(value)
  return error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message} ${JSON.stringify(issue)}`) ?? []
}

/** What holds for all blocks together. */
function idFaults(blocks: readonly unknown[]): string[] {
  const nodes = nodesOf(blocks)
  const twice = (ids: unknown[]) => ids.filter((one, index) => one !== undefined && ids.indexOf(one) !== index)
  const actionIds = twice(nodes.map(({ action_id }) => action_id)).map((one) => `two elements of action_id ${one}`)
  const blockIds = twice(nodes.map((node) => node.block_id)).map((one) => `two blocks of block_id ${one}`)
  const primary = nodes.filter((node) => node.style === 'primary').length
  return [...actionIds, ...blockIds, ...(primary > 1 ? [`${primary} primary buttons`] : [])]
}

type Node = Readonly<Record<string, unknown>>

/** Every object in a tree, the outermost first. */
export function nodesOf(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesOf)
  if (typeof value !== 'object' || value === null) return []
  return [value as Node, ...Object.values(value).flatMap(nodesOf)]
}

/**
 * Everything by which words could become more than words: markup characters in mrkdwn beside a bold title and date tokens
 * of ours, emoji codes, rich text that mentions or links.
 */
export function markupIn(blocks: unknown, text = ''): string[] {
  const faults = mrkdwnFaults(text)
  for (const node of nodesOf(blocks)) {
    if (node.type === 'plain_text' && node.emoji !== false) faults.push('plain text that draws emoji')
    if (node.type === 'mrkdwn') {
      if (node.verbatim !== true) faults.push('mrkdwn that is not verbatim')
      faults.push(...mrkdwnFaults(String(node.text).replace(/^\*([^*]+)\*$/, '$1')))
    }
    if (['link', 'user', 'usergroup', 'channel', 'broadcast', 'team'].includes(String(node.type)))
      faults.push(`rich text with a ${node.type}`)
  }
  return faults
}

function mrkdwnFaults(text: string): string[] {
  const rest = text.replace(/<!date\^\d+\^(\{[a-z_]+\} ?)+\|[0-9A-Z :-]+>/g, '').replace(/&(amp|lt|gt);/g, ' ')
  const found = /[&<>*_~`]|:[a-z0-9_+'-]*[a-z_+'-][a-z0-9_+'-]*:/i.exec(rest)
  return found ? [`mrkdwn holds ${found[0]} in ${JSON.stringify(text)}`] : []
}

import { z } from 'zod'

/** A lone binding may give a number where a text is meant. */
const text = z.union([z.string(), z.number().transform(String)])
const base = { separator: z.boolean().optional(), id: z.string().optional() }

const textBlock = z.object({
  ...base,
  type: z.literal('TextBlock'),
  text,
  style: z.enum(['default', 'heading']).optional(),
  size: z.string().optional(),
  weight: z.string().optional(),
  color: z.string().optional(),
  fontType: z.string().optional(),
  isSubtle: z.boolean().optional(),
})
const textRun = z.object({
  type: z.literal('TextRun'),
  text,
  weight: z.string().optional(),
  fontType: z.string().optional(),
})
const richTextBlock = z.object({
  ...base,
  type: z.literal('RichTextBlock'),
  inlines: z.array(z.union([text, textRun])),
})
const factSet = z.object({
  ...base,
  type: z.literal('FactSet'),
  facts: z.array(z.object({ title: text, value: text })),
})
const image = z.object({ ...base, type: z.literal('Image'), url: z.string(), altText: z.string() })

const input = { ...base, id: z.string().min(1), label: text, isRequired: z.boolean().optional() }
const inputText = z.object({
  ...input,
  type: z.literal('Input.Text'),
  style: z.string().optional(),
  isMultiline: z.boolean().optional(),
  maxLength: z.number().int().positive().optional(),
  placeholder: z.string().optional(),
  value: z.string().optional(),
})
const inputNumber = z.object({
  ...input,
  type: z.literal('Input.Number'),
  min: z.number().optional(),
  max: z.number().optional(),
  placeholder: z.string().optional(),
  value: z.number().optional(),
})
const inputDate = z.object({
  ...input,
  type: z.literal('Input.Date'),
  placeholder: z.string().optional(),
  value: z.iso.date().optional(),
})
const inputTime = z.object({
  ...input,
  type: z.literal('Input.Time'),
  placeholder: z.string().optional(),
  value: z.iso.time().optional(),
})
const inputToggle = z.object({
  ...input,
  type: z.literal('Input.Toggle'),
  title: text,
  value: z.string().optional(),
  valueOn: z.string().default('true'),
})
const inputChoiceSet = z.object({
  ...input,
  type: z.literal('Input.ChoiceSet'),
  choices: z.array(z.object({ title: text, value: z.string() })),
  style: z.string().optional(),
  isMultiSelect: z.boolean().optional(),
  placeholder: z.string().optional(),
  value: z.string().optional(),
})

const style = z.enum(['default', 'positive', 'destructive']).optional()
const data = z.record(z.string(), z.unknown()).optional()
const execute = z.object({
  type: z.literal('Action.Execute'),
  title: text,
  verb: z.string(),
  data,
  style,
  associatedInputs: z.string().optional(),
})
const submit = z.object({ type: z.literal('Action.Submit'), title: text, data, style })
const openUrl = z.object({ type: z.literal('Action.OpenUrl'), title: text, url: z.url({ protocol: /^https$/ }), style })
const action = z.discriminatedUnion('type', [execute, submit, openUrl])
const actionSet = z.object({ ...base, type: z.literal('ActionSet'), actions: z.array(action) })

const container = z.object({
  ...base,
  type: z.literal('Container'),
  get items() {
    return z.array(element)
  },
})
const columnSet = z.object({
  ...base,
  type: z.literal('ColumnSet'),
  get columns() {
    return z.array(z.object({ items: z.array(element).default([]) }))
  },
})
const anyInput = z.discriminatedUnion('type', [
  inputText,
  inputNumber,
  inputDate,
  inputTime,
  inputToggle,
  inputChoiceSet,
])
const element: z.ZodType<Element> = z.lazy(() =>
  z.discriminatedUnion('type', [textBlock, richTextBlock, factSet, image, anyInput, actionSet, container, columnSet]),
)

export type TextBlock = z.infer<typeof textBlock>
export type RichTextBlock = z.infer<typeof richTextBlock>
export type FactSet = z.infer<typeof factSet>
export type Image = z.infer<typeof image>
export type Input = z.infer<typeof anyInput>
export type Action = z.infer<typeof action>
export type ActionSet = z.infer<typeof actionSet>
export interface Container {
  readonly type: 'Container'
  readonly separator?: boolean | undefined
  readonly items: Element[]
}
export interface ColumnSet {
  readonly type: 'ColumnSet'
  readonly separator?: boolean | undefined
  readonly columns: { items: Element[] }[]
}
export type Element = TextBlock | RichTextBlock | FactSet | Image | Input | ActionSet | Container | ColumnSet

const card = z.object({ body: z.array(element).default([]), actions: z.array(action).default([]) })
export type Card = z.infer<typeof card>

/**
 * Reads a bound card as the elements that both looks know.
 * @throws ZodError for an element, an action or a style that Slack has no look for
 */
export function readCard(bound: unknown): Card {
  return card.parse(bound)
}

/** Everything that asks for something, at any depth. */
export function inputsOf(elements: readonly Element[]): Input[] {
  return elements.flatMap((one) => {
    if (one.type === 'Container') return inputsOf(one.items)
    if (one.type === 'ColumnSet') return one.columns.flatMap(({ items }) => inputsOf(items))
    return isInput(one) ? [one] : []
  })
}

export function isInput(one: Element): one is Input {
  return one.type.startsWith('Input.')
}

/** A secret is typed into a field that hides it; where chat history would keep it, a look asks for it elsewhere. */
export function isSecret(one: Input): boolean {
  return one.type === 'Input.Text' && one.style === 'Password'
}

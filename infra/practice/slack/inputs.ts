import type { Typed } from './client.ts'
import { SlackClientError } from './client-error.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import type { Block } from './shapes.ts'

/** An element somebody can press or fill in, and the block it stands in. */
export interface Element {
  readonly block: Block
  readonly element: JsonObject
  readonly actionId: string
  readonly type: string
}

/** Everything in these blocks that can be pressed or filled in, as it stands. */
export function elementsOf(blocks: readonly Block[]): readonly Element[] {
  return blocks.flatMap((block) => {
    const given =
      block.type === 'input' ? [block.element] : block.type === 'actions' ? block.elements : [block.accessory]
    const list = Array.isArray(given) ? given : []
    return list.flatMap((element) =>
      isJsonObject(element) && typeof element.action_id === 'string'
        ? [{ block, element, actionId: element.action_id, type: String(element.type) }]
        : [],
    )
  })
}

/** What stands on a button or an option. */
export const wordsOf = (text: unknown): string => (isJsonObject(text) && typeof text.text === 'string' ? text.text : '')

const optionsOf = (element: JsonObject): readonly JsonObject[] => {
  const groups = Array.isArray(element.option_groups) ? element.option_groups : []
  const lists = [element.options, ...groups.map((group) => (isJsonObject(group) ? group.options : []))]
  return lists.flatMap((list) => (Array.isArray(list) ? list.filter(isJsonObject) : []))
}

function optionIn(element: JsonObject, wanted: string): JsonObject {
  const found = optionsOf(element).find((option) => option.value === wanted || wordsOf(option.text) === wanted)
  if (!found) throw new SlackClientError('bad-input', `there is nothing called '${wanted}' to choose`)
  return found
}

/** Elements that hold a plain value, and what `state.values` calls it. */
const plain: Readonly<Record<string, readonly [name: string, initial: string]>> = {
  plain_text_input: ['value', 'initial_value'],
  email_text_input: ['value', 'initial_value'],
  url_text_input: ['value', 'initial_value'],
  number_input: ['value', 'initial_value'],
  datepicker: ['selected_date', 'initial_date'],
  timepicker: ['selected_time', 'initial_time'],
  datetimepicker: ['selected_date_time', 'initial_date_time'],
  users_select: ['selected_user', 'initial_user'],
  conversations_select: ['selected_conversation', 'initial_conversation'],
  channels_select: ['selected_channel', 'initial_channel'],
}

/** What an element holds with this typed into it; undefined for what holds nothing (a button). */
export function holding(
  { element, type }: Element,
  typed: string | readonly string[] | undefined,
): JsonObject | undefined {
  const names = plain[type]
  if (names) {
    const value = typed === undefined ? element[names[1]] : typed === '' ? undefined : String(typed)
    return { type, [names[0]]: type === 'datetimepicker' && value !== undefined ? Number(value) : (value ?? null) }
  }
  if (type === 'static_select' || type === 'radio_buttons' || type === 'external_select') {
    const chosen = typed === undefined || typed === '' ? element.initial_option : optionIn(element, String(typed))
    return { type, selected_option: chosen ?? null }
  }
  if (type === 'checkboxes' || type === 'multi_static_select') {
    const list = typed === undefined ? undefined : typeof typed === 'string' ? [typed] : typed
    const chosen = list?.filter((one) => one !== '').map((one) => optionIn(element, one))
    return { type, selected_options: chosen ?? element.initial_options ?? [] }
  }
  if (type === 'multi_users_select') return { type, selected_users: typed ?? element.initial_users ?? [] }
  return undefined
}

/** `state.values` of a payload: what stands in every input, by block and action. */
export function stateValues(blocks: readonly Block[], typed: Typed): Record<string, Record<string, JsonObject>> {
  const values: Record<string, Record<string, JsonObject>> = {}
  for (const element of elementsOf(blocks)) {
    const held = holding(element, typed[element.actionId])
    if (held) values[element.block.block_id] = { ...values[element.block.block_id], [element.actionId]: held }
  }
  return values
}

/** What Slack itself says about inputs before it sends a modal off, by block id. */
export function missingInputs(blocks: readonly Block[], typed: Typed): Record<string, string> {
  const errors: Record<string, string> = {}
  for (const one of elementsOf(blocks)) {
    if (one.block.type !== 'input') continue
    const { type: _, ...held } = holding(one, typed[one.actionId]) ?? { type: '' }
    const [value] = Object.values(held)
    const isEmpty =
      value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
    if (isEmpty) {
      if (one.block.optional !== true) errors[one.block.block_id] = 'Please complete this required field.'
      continue
    }
    if (typeof value !== 'string') continue
    const { min_length: least, max_length: most } = one.element
    if (typeof least === 'number' && value.length < least)
      errors[one.block.block_id] = `Please use at least ${least} characters.`
    if (typeof most === 'number' && value.length > most)
      errors[one.block.block_id] = `Please use ${most} characters or fewer.`
    if (one.type === 'number_input' && !/^-?\d+(\.\d+)?$/.test(value))
      errors[one.block.block_id] = 'Please enter a number.'
  }
  return errors
}

/** The element somebody presses: by action_id, or by the words on it; an option of an overflow menu by its own. */
export function pressedElement(
  blocks: readonly Block[],
  wanted: string | { readonly text: string },
  typed: Typed,
): { readonly element: Element; readonly action: JsonObject } {
  for (const element of elementsOf(blocks)) {
    const { type, actionId } = element
    const byId = typeof wanted === 'string' && actionId === wanted
    const name = typeof wanted === 'string' ? '' : wanted.text
    if (type === 'button' && (byId || (name !== '' && wordsOf(element.element.text) === name))) {
      const { text, value, style } = element.element
      return { element, action: { type, text, ...(value === undefined ? {} : { value }), ...(style ? { style } : {}) } }
    }
    if (type === 'overflow') {
      const option = byId
        ? optionIn(element.element, String(typed[actionId] ?? ''))
        : optionsOf(element.element).find(({ text }) => name !== '' && wordsOf(text) === name)
      if (option) return { element, action: { type, selected_option: option } }
    } else if (byId) {
      const held = holding(element, typed[actionId])
      if (held) return { element, action: held }
    }
  }
  const shown = elementsOf(blocks).map(({ element, actionId }) => wordsOf(element.text) || actionId)
  throw new SlackClientError(
    'no-such-button',
    `there is no '${typeof wanted === 'string' ? wanted : wanted.text}' here, only: ${shown.join(', ') || 'nothing to press'}`,
  )
}

import type { InputBlock, InputBlockElement, PlainTextInput, PlainTextOption } from '@slack/types'
import type { Input } from './elements.ts'
import { limits } from './slack-limits.ts'
import { plainText } from './slack-text.ts'

/** Where blocks stand: some inputs exist in modals only. */
export type Surface = 'message' | 'modal' | 'home'

/**
 * An input under its own id, so that what comes back is found by it. Undefined for a choice without choices.
 * @throws RangeError for an id or a value that Slack could not carry: those are never cut
 */
export function inputBlock(input: Input, surface: Surface): InputBlock | undefined {
  const element = elementOf(input, surface)
  if (!element) return undefined
  return {
    type: 'input',
    block_id: whole(input.id, limits.blockId),
    label: plainText(input.label, limits.label),
    optional: input.isRequired !== true,
    element,
  }
}

function elementOf(input: Input, surface: Surface): InputBlockElement | undefined {
  const action_id = whole(input.id, limits.actionId)
  switch (input.type) {
    case 'Input.Text': {
      const max_length = Math.min(input.maxLength ?? limits.inputLength, limits.inputLength)
      // What stands in it already may not be longer than what may be typed.
      const given = input.value?.slice(0, max_length).toWellFormed()
      return { ...textInput(input, given), multiline: input.isMultiline === true, max_length }
    }
    case 'Input.Number': {
      const given = input.value === undefined ? undefined : String(input.value)
      if (surface !== 'modal') return textInput(input, given)
      return {
        type: 'number_input',
        action_id,
        is_decimal_allowed: true,
        ...(input.min === undefined ? {} : { min_value: String(input.min) }),
        ...(input.max === undefined ? {} : { max_value: String(input.max) }),
        ...(given === undefined ? {} : { initial_value: given }),
        ...placeholder(input.placeholder),
      }
    }
    case 'Input.Date':
      return {
        type: 'datepicker',
        action_id,
        ...(input.value === undefined ? {} : { initial_date: input.value }),
        ...placeholder(input.placeholder),
      }
    case 'Input.Time':
      return {
        type: 'timepicker',
        action_id,
        ...(input.value === undefined ? {} : { initial_time: input.value.slice(0, 5) }),
        ...placeholder(input.placeholder),
      }
    case 'Input.Toggle': {
      const on = option(input.title, input.valueOn)
      return {
        type: 'checkboxes',
        action_id,
        options: [on],
        ...(input.value === input.valueOn ? { initial_options: [on] } : {}),
      }
    }
    case 'Input.ChoiceSet':
      return choiceElement(input)
  }
}

function choiceElement(input: Extract<Input, { type: 'Input.ChoiceSet' }>): InputBlockElement | undefined {
  const action_id = whole(input.id, limits.actionId)
  const options = input.choices.slice(0, limits.options).map(({ title, value }) => option(title, value))
  if (options.length === 0) return undefined
  const given = input.isMultiSelect ? (input.value ?? '').split(',') : [input.value]
  const chosen = options.filter(({ value }) => given.includes(value))
  const few = options.length <= limits.shownOptions
  if (input.isMultiSelect) {
    const initial = chosen.length > 0 ? { initial_options: chosen } : {}
    if (few) return { type: 'checkboxes', action_id, options, ...initial }
    return { type: 'multi_static_select', action_id, options, ...initial, ...placeholder(input.placeholder) }
  }
  const [first] = chosen
  const initial = first ? { initial_option: first } : {}
  if (input.style === 'expanded' && few) return { type: 'radio_buttons', action_id, options, ...initial }
  return { type: 'static_select', action_id, options, ...initial, ...placeholder(input.placeholder) }
}

function textInput(
  input: Extract<Input, { type: 'Input.Text' | 'Input.Number' }>,
  value: string | undefined,
): PlainTextInput {
  return {
    type: 'plain_text_input',
    action_id: whole(input.id, limits.actionId),
    ...(value === undefined || value === '' ? {} : { initial_value: value.slice(0, limits.inputLength) }),
    ...placeholder(input.placeholder),
  }
}

function option(title: string, value: string): PlainTextOption & { value: string } {
  return { text: plainText(title, limits.option), value: whole(value, limits.optionValue) }
}

function placeholder(text: string | undefined): Pick<PlainTextInput, 'placeholder'> {
  return text === undefined || text === '' ? {} : { placeholder: plainText(text, limits.placeholder) }
}

function whole(id: string, most: number): string {
  if (id.length > most || id === '') throw new RangeError(`an id of ${id.length} characters, more than ${most} or none`)
  return id
}

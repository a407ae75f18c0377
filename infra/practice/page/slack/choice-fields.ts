import type { Checkboxes, MultiStaticSelect, Option, RadioButtons, StaticSelect } from '@slack/types'
import { element, newId } from '../elements.ts'
import type { Field } from './field.ts'
import type { Names } from './names.ts'
import { drawText, plain } from './text-object.ts'

type Choice = StaticSelect | RadioButtons | Checkboxes | MultiStaticSelect
const TYPES = ['static_select', 'radio_buttons', 'checkboxes', 'multi_static_select']

export const isChoice = (one: { readonly type: string }): one is Choice => TYPES.includes(one.type)

/** An input one chooses in. */
export function choiceField(input: Choice, names: Names, now: Date, onChange: () => void): Field {
  if (input.type === 'static_select')
    return select(staticOptions(input, names, now), input.initial_option?.value, input, onChange)
  if (input.type === 'radio_buttons') {
    return marks('radio', input.options, valuesOf(input.initial_option && [input.initial_option]), names, now, onChange)
  }
  const options = input.options ?? (input.type === 'multi_static_select' ? grouped(input) : [])
  return marks('checkbox', options, valuesOf(input.initial_options), names, now, onChange)
}

const valuesOf = (options: readonly Option[] | undefined) => (options ?? []).map(({ value }) => value ?? '')
const grouped = (input: MultiStaticSelect): readonly Option[] =>
  (input.option_groups ?? []).flatMap(({ options }) => options)

function staticOptions(input: StaticSelect, names: Names, now: Date): HTMLElement[] {
  const drawn = (options: readonly Option[]) =>
    options.map(({ text, value }) => element('option', { value: value ?? '' }, drawText(text, names, now)))
  if (input.options) return drawn(input.options)
  return (input.option_groups ?? []).map(({ label, options }) =>
    element('optgroup', { label: plain(label) }, ...drawn(options)),
  )
}

function select(
  options: readonly HTMLElement[],
  initial: string | undefined,
  { placeholder }: StaticSelect,
  onChange: () => void,
): Field {
  const none = element('option', { value: '' }, plain(placeholder) ?? 'Select an item')
  const control = element('select', { class: 'slack-input slack-select' }, none, ...options)
  control.value = initial ?? ''
  control.addEventListener('change', onChange)
  return {
    root: control,
    control,
    isGroup: false,
    read: () => control.value,
    write(value) {
      control.value = String(value)
    },
  }
}

/** Radio buttons or checkboxes, each with what it says and what is said about it. */
function marks(
  type: 'radio' | 'checkbox',
  options: readonly Option[],
  initial: readonly string[],
  names: Names,
  now: Date,
  onChange: () => void,
): Field {
  const name = newId('choice')
  const boxes = options.map(({ value = '' }) => {
    const box = element('input', { type, name, value, id: newId('option') })
    box.checked = initial.includes(value)
    box.addEventListener('change', onChange)
    return box
  })
  const rows = options.map(({ text, description }, index) =>
    element(
      'div',
      { class: 'slack-option' },
      boxes[index],
      element(
        'label',
        { for: boxes[index]?.id },
        drawText(text, names, now),
        description && element('span', { class: 'slack-hint' }, drawText(description, names, now)),
      ),
    ),
  )
  const root = element('div', { class: 'slack-options', role: type === 'radio' ? 'radiogroup' : 'group' }, ...rows)
  const chosen = () => boxes.filter(({ checked }) => checked).map(({ value }) => value)
  return {
    root,
    control: root,
    isGroup: true,
    read: () => (type === 'radio' ? (chosen()[0] ?? '') : chosen()),
    write(value) {
      for (const box of boxes) box.checked = typeof value === 'string' ? box.value === value : value.includes(box.value)
    },
  }
}

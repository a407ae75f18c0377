import type { Datepicker, EmailInput, NumberInput, PlainTextInput, Timepicker, URLInput } from '@slack/types'
import { element } from '../elements.ts'
import type { Field } from './field.ts'
import { plain } from './text-object.ts'

type TextInput = PlainTextInput | NumberInput | EmailInput | URLInput | Datepicker | Timepicker
const TYPES = ['plain_text_input', 'number_input', 'email_text_input', 'url_text_input', 'datepicker', 'timepicker']

export const isTextInput = (one: { readonly type: string }): one is TextInput => TYPES.includes(one.type)

/** An input one types into. `enter` is called for Enter in a single line, `change` when a date or time was chosen. */
export function textField(input: TextInput, on: { change(): void; enter?: (() => void) | undefined }): Field {
  const control = controlOf(input)
  control.value = initialOf(input)
  if (input.type === 'datepicker' || input.type === 'timepicker') control.addEventListener('change', on.change)
  else if (control instanceof HTMLInputElement && on.enter) {
    const { enter } = on
    control.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.isComposing) return
      event.preventDefault()
      enter()
    })
  }
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

function controlOf(input: TextInput): HTMLInputElement | HTMLTextAreaElement {
  const common = { class: 'slack-input', autocomplete: 'off', placeholder: plain(input.placeholder) }
  switch (input.type) {
    case 'plain_text_input':
      return input.multiline
        ? element('textarea', { ...common, rows: 3, maxlength: input.max_length ?? 3000 })
        : element('input', { ...common, type: 'text', maxlength: input.max_length ?? 3000 })
    case 'number_input':
      return element('input', {
        ...common,
        type: 'text',
        inputmode: input.is_decimal_allowed ? 'decimal' : 'numeric',
        maxlength: 40,
      })
    case 'email_text_input':
      return element('input', { ...common, type: 'email', maxlength: 320 })
    case 'url_text_input':
      return element('input', { ...common, type: 'url', maxlength: 3000 })
    case 'datepicker':
      return element('input', { ...common, type: 'date' })
    case 'timepicker':
      return element('input', { ...common, type: 'time' })
  }
}

function initialOf(input: TextInput): string {
  if (input.type === 'datepicker') return input.initial_date ?? ''
  if (input.type === 'timepicker') return input.initial_time ?? ''
  return input.initial_value ?? ''
}

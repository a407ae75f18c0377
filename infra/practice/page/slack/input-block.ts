import type { InputBlock } from '@slack/types'
import { element, newId } from '../elements.ts'
import type { Field } from './field.ts'
import { plain } from './text-object.ts'

export interface InputShown {
  readonly root: HTMLElement
  /** Says what is wrong with what was typed; an empty text takes it back. */
  complain(text: string): void
  focus(): void
}

/** An input with its label, its hint and room for what is wrong with it. */
export function drawInputBlock(
  block: InputBlock,
  draw: (one: InputBlock['element']) => Field | undefined,
): InputShown | undefined {
  const field = draw(block.element)
  if (!field) return undefined
  const { control } = field
  const [labelId, hintId, errorId] = [newId('label'), newId('hint'), newId('wrong')]
  control.id = newId('input')
  const words = [
    plain(block.label) ?? '',
    block.optional && element('span', { class: 'slack-optional' }, ' (optional)'),
  ]
  const label = field.isGroup
    ? element('p', { id: labelId, class: 'slack-label' }, ...words)
    : element('label', { id: labelId, for: control.id, class: 'slack-label' }, ...words)
  if (field.isGroup) control.setAttribute('aria-labelledby', labelId)
  control.setAttribute('aria-describedby', `${errorId} ${hintId}`)
  if (!block.optional && !field.isGroup) control.setAttribute('aria-required', 'true')
  const hint = element('p', { id: hintId, class: 'slack-hint', hidden: block.hint === undefined }, plain(block.hint))
  const wrong = element('p', { id: errorId, class: 'slack-wrong', role: 'alert', 'data-testid': 'slack-wrong' })
  return {
    root: element('div', { class: 'slack-field' }, label, field.root, wrong, hint),
    complain(text) {
      wrong.textContent = text
      if (text === '') control.removeAttribute('aria-invalid')
      else control.setAttribute('aria-invalid', 'true')
    },
    focus: () => (field.isGroup ? control.querySelector('input') : control)?.focus(),
  }
}

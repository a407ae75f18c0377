import type { ActionsBlock, InputBlock, SectionBlock } from '@slack/types'
import { element } from '../elements.ts'
import { drawButton, drawOverflow } from './block-button.ts'
import { choiceField, isChoice } from './choice-fields.ts'
import { confirmed } from './confirm-press.ts'
import type { Field, FieldValue } from './field.ts'
import type { Names } from './names.ts'
import { isTextInput, textField } from './text-fields.ts'
import { plain } from './text-object.ts'

/** What stands in the inputs, by action id. */
export type Typed = Readonly<Record<string, FieldValue>>

/** A message, a modal or a home page that blocks stand on. */
export interface Surface {
  readonly names: Names
  now(): Date
  /** Something was pressed or chosen that the bot hears of at once. */
  act(actionId: string, typed: Typed): void
}

type Element =
  | ActionsBlock['elements'][number]
  | InputBlock['element']
  | Exclude<NonNullable<SectionBlock['accessory']>, { type: 'image' }>

export interface Controls {
  /** A button, or an input that is sent as soon as it changes. */
  draw(one: Element): HTMLElement
  /** An input that waits to be sent off; `dispatches` = Enter or a change sends it at once as well. */
  field(one: Element, dispatches: boolean): Field | undefined
  typed(): Typed
}

/** The interactive parts of one message, modal or home page. */
export function createControls(surface: Surface, kept: Typed): Controls {
  const fields = new Map<string, Field>()
  const typed = (): Typed => Object.fromEntries([...fields].map(([id, field]) => [id, field.read()]))
  const act = async (one: Element, more: Typed = {}) => {
    const wanted = 'confirm' in one ? one.confirm : undefined
    if (await confirmed(wanted, surface.names, surface.now())) surface.act(one.action_id ?? '', { ...typed(), ...more })
  }
  const field = (one: Element, dispatches: boolean): Field | undefined => {
    const id = one.action_id ?? ''
    const send = () => {
      if (dispatches && fields.get(id)?.read().length) void act(one)
    }
    const made = isTextInput(one)
      ? textField(one, { change: send, enter: dispatches ? send : undefined })
      : isChoice(one)
        ? choiceField(one, surface.names, surface.now(), send)
        : undefined
    if (!made) return undefined
    fields.set(id, made)
    const before = kept[id]
    if (before !== undefined) made.write(before)
    return made
  }
  return {
    typed,
    field,
    draw(one) {
      if (one.type === 'button') return drawButton(one, () => void act(one))
      if (one.type === 'overflow') return drawOverflow(one, (value) => void act(one, { [one.action_id ?? '']: value }))
      const made = field(one, true)
      if (!made) return element('span', { class: 'note' }, `A ${one.type} is not drawn here.`)
      const label = 'placeholder' in one ? plain(one.placeholder) : undefined
      made.control.setAttribute('aria-label', label ?? 'Choose')
      return made.root
    },
  }
}

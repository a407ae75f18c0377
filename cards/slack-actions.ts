import type { ActionsBlock, Button } from '@slack/types'
import type { Action } from './elements.ts'
import { limits } from './slack-limits.ts'
import { plainText } from './slack-text.ts'
import { type Pressed, writeAction } from './slack-wire.ts'

export interface Buttons {
  /** Puts actions side by side. */
  draw(actions: readonly Action[]): ActionsBlock[]
}

/**
 * The buttons of one message or view: each with an id of its own, and only the first that would stand out does, as Slack
 * recommends. Where a card asks for secrets, the buttons that would send them open a form instead.
 */
export function buttonsOf(post: string, asksSecrets: boolean): Buttons {
  let count = 0
  let hasPrimary = false

  function button(action: Action): Button {
    count += 1
    const style = styleOf(action)
    return {
      type: 'button',
      action_id: `button-${count}`,
      text: plainText(action.title, limits.button),
      ...(action.type === 'Action.OpenUrl' ? { url: action.url } : { value: writeAction(pressed(action)) }),
      ...(style ? { style } : {}),
    }
  }

  function styleOf({ style }: Action): Button['style'] {
    if (style === 'destructive') return 'danger'
    if (style !== 'positive' || hasPrimary) return undefined
    hasPrimary = true
    return 'primary'
  }

  function pressed(action: Exclude<Action, { type: 'Action.OpenUrl' }>): Pressed {
    const values = valuesOf(action.data)
    if (action.type === 'Action.Execute') {
      const kind = asksSecrets && sendsInputs(action) ? 'form' : 'press'
      return { kind, verb: action.verb, post, values }
    }
    if (opensWindow(action)) return { kind: 'open', verb: '', post, values }
    const { verb = '', ...others } = values
    return { kind: 'press', verb, post, values: others }
  }

  return {
    draw(actions) {
      const drawn = actions.map(button)
      const rows = Math.ceil(drawn.length / limits.buttons)
      return Array.from({ length: rows }, (_, row) => ({
        type: 'actions',
        elements: drawn.slice(row * limits.buttons, (row + 1) * limits.buttons),
      }))
    },
  }
}

/** Whether pressing it sends what was typed. */
export function sendsInputs(action: Extract<Action, { type: 'Action.Execute' }>): boolean {
  return action.associatedInputs?.toLowerCase() !== 'none'
}

/** Source: Teams "Invoking dialogs (task modules)", `msteams.type`. */
export function opensWindow(action: Extract<Action, { type: 'Action.Submit' }>): boolean {
  const { msteams } = action.data ?? {}
  return typeof msteams === 'object' && msteams !== null && 'type' in msteams && msteams.type === 'task/fetch'
}

/** Our own data of a button, as texts. */
export function valuesOf(data: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  const simple = Object.entries(data).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
  return Object.fromEntries(simple.map(([name, value]) => [name, String(value)]))
}

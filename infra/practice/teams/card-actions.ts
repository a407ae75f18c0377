import { isJsonObject, type JsonObject } from './json.ts'

/** A button of an Adaptive Card. */
export interface CardAction {
  readonly type: string
  readonly title?: string
  readonly id?: string
  readonly verb?: string
  readonly data?: unknown
}

/**
 * The buttons of a card in reading order: its action bar, action sets in its body, selectable containers, and what is
 * inside Action.ShowCard. A disabled button (`isEnabled: false`) cannot be pressed and is left out.
 */
export function actionsOf(card: unknown): CardAction[] {
  if (Array.isArray(card)) return card.flatMap(actionsOf)
  if (!isJsonObject(card)) return []
  if (typeof card.type === 'string' && card.type.startsWith('Action.')) {
    const inner = card.type === 'Action.ShowCard' ? actionsOf(card.card) : []
    return card.isEnabled === false ? inner : [card as unknown as CardAction, ...inner]
  }
  return ['body', 'items', 'columns', 'rows', 'cells', 'selectAction', 'inlineAction', 'inlines', 'actions'].flatMap(
    (name) => actionsOf(card[name]),
  )
}

/** The first button with this title (or `id`), as a person would find it; undefined when the card has none. */
export function findAction(card: unknown, title: string): CardAction | undefined {
  return actionsOf(card).find((action) => action.title === title || action.id === title)
}

/** What a button sends: its own data with what was typed into the card, the latter winning (Adaptive Cards, Action.Submit). */
export function submittedData(action: CardAction, inputs: JsonObject): unknown {
  if (typeof action.data === 'string') return action.data
  return { ...(isJsonObject(action.data) ? action.data : {}), ...inputs }
}

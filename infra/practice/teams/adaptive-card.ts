import { isJsonObject, type JsonObject } from './json.ts'

const DEEPEST = 30
/** Adaptive Cards schema 1.5, the newest version Teams takes from a bot. */
const VERSION = /^1\.[0-5]$/
const MOST_REFRESH_USERS = 60

const ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  TextBlock: ['text'],
  RichTextBlock: [],
  TextRun: ['text'],
  Image: ['url'],
  ImageSet: [],
  Media: [],
  Container: [],
  ColumnSet: [],
  Column: [],
  FactSet: [],
  ActionSet: [],
  Table: [],
  TableRow: [],
  TableCell: [],
  'Input.Text': ['id'],
  'Input.Number': ['id'],
  'Input.Date': ['id'],
  'Input.Time': ['id'],
  'Input.Toggle': ['id', 'title'],
  'Input.ChoiceSet': ['id'],
}
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  'Action.Execute': [],
  'Action.Submit': [],
  'Action.OpenUrl': ['url'],
  'Action.ShowCard': [],
  'Action.ToggleVisibility': [],
}
/** Lists of an element, and the type its members have when they do not say. */
const LISTS: Readonly<Record<string, string | undefined>> = {
  body: undefined,
  items: undefined,
  images: 'Image',
  columns: 'Column',
  rows: 'TableRow',
  cells: 'TableCell',
}

/**
 * What is wrong with an Adaptive Card, or undefined when Teams would take it: type, version up to 1.5, known elements and
 * actions with the members they need, `refresh.userIds` of at most 60, a sensible depth.
 */
export function faultOfCard(card: unknown): string | undefined {
  if (!isJsonObject(card)) return 'the content is not an object'
  if (card.type !== 'AdaptiveCard') return "Property 'type' must be 'AdaptiveCard'"
  if (typeof card.version !== 'string' || !VERSION.test(card.version)) return "Property 'version' must be 1.0 to 1.5"
  return faultOfRefresh(card.refresh) ?? faultInside(card, 'card', 0)
}

function faultOfRefresh(refresh: unknown): string | undefined {
  if (refresh === undefined) return undefined
  if (!isJsonObject(refresh)) return 'refresh is not an object'
  if (!isJsonObject(refresh.action) || refresh.action.type !== 'Action.Execute')
    return 'refresh.action must be Action.Execute'
  const { userIds } = refresh
  if (userIds === undefined) return undefined
  if (!Array.isArray(userIds) || userIds.some((id) => typeof id !== 'string'))
    return 'refresh.userIds must be a list of ids'
  return userIds.length > MOST_REFRESH_USERS ? `refresh.userIds holds more than ${MOST_REFRESH_USERS} ids` : undefined
}

function faultInside(parent: JsonObject, path: string, depth: number): string | undefined {
  if (depth > DEEPEST) return `${path}: nested too deeply`
  for (const [list, typeUnlessSaid] of Object.entries(LISTS)) {
    // The columns of a Table are widths, not elements.
    if (list === 'columns' && parent.type === 'Table') continue
    const fault = faultOfList(parent[list], `${path}.${list}`, (member, at) =>
      faultOfElement(member, at, typeUnlessSaid, depth),
    )
    if (fault) return fault
  }
  return (
    faultOfList(parent.actions, `${path}.actions`, (member, at) => faultOfAction(member, at, depth)) ??
    (parent.selectAction === undefined ? undefined : faultOfAction(parent.selectAction, `${path}.selectAction`, depth))
  )
}

function faultOfList(list: unknown, path: string, faultOf: (member: unknown, path: string) => string | undefined) {
  if (list === undefined) return undefined
  if (!Array.isArray(list)) return `${path} must be a list`
  for (const [index, member] of list.entries()) {
    const fault = faultOf(member, `${path}[${index}]`)
    if (fault) return fault
  }
  return undefined
}

function faultOfElement(
  element: unknown,
  path: string,
  typeUnlessSaid: string | undefined,
  depth: number,
): string | undefined {
  if (!isJsonObject(element)) return `${path} is not an element`
  const type = element.type ?? typeUnlessSaid
  const fault = faultOfMembers(element, type, ELEMENTS, path)
  if (fault) return fault
  if (type === 'FactSet' && !isListOf(element.facts, 'title', 'value'))
    return `${path}.facts must be a list of title and value`
  if (type === 'Input.ChoiceSet' && element.choices !== undefined && !isListOf(element.choices, 'title', 'value')) {
    return `${path}.choices must be a list of title and value`
  }
  return faultInside(element, path, depth + 1)
}

function faultOfAction(action: unknown, path: string, depth: number): string | undefined {
  if (!isJsonObject(action)) return `${path} is not an action`
  const fault = faultOfMembers(action, action.type, ACTIONS, path)
  if (fault) return fault
  if (action.fallback !== undefined && action.fallback !== 'drop') {
    const inFallback = faultOfAction(action.fallback, `${path}.fallback`, depth + 1)
    if (inFallback) return inFallback
  }
  if (action.type !== 'Action.ShowCard') return depth > DEEPEST ? `${path}: nested too deeply` : undefined
  return isJsonObject(action.card) ? faultInside(action.card, `${path}.card`, depth + 1) : `${path}.card is not a card`
}

function faultOfMembers(
  element: JsonObject,
  type: unknown,
  known: Readonly<Record<string, readonly string[]>>,
  path: string,
): string | undefined {
  const needed = typeof type === 'string' && Object.hasOwn(known, type) ? known[type] : undefined
  if (!needed) return `${path}: unknown type '${String(type)}'`
  const missing = needed.find((name) => typeof element[name] !== 'string')
  return missing ? `${path}: '${missing}' must be a string` : undefined
}

function isListOf(list: unknown, ...names: readonly string[]): boolean {
  return (
    Array.isArray(list) &&
    list.every((one) => isJsonObject(one) && names.every((name) => typeof one[name] === 'string'))
  )
}

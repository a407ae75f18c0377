import { createRequire } from 'node:module'
import type { SerializableObject } from 'adaptivecards'

/** Microsoft's own SDK: each of its classes knows its properties and the version that brought them. */
const sdk = createRequire(import.meta.url)('adaptivecards/dist/adaptivecards.js') as typeof import('adaptivecards')
const version = sdk.Versions.v1_5

type Node = Readonly<Record<string, unknown>>
type Kind = 'element' | 'action' | 'column' | 'fact' | 'choice' | 'inline'

/** What the SDK reads outside of its property lists: children, and fallbacks. */
const children: Readonly<Record<string, Kind>> = {
  body: 'element',
  items: 'element',
  columns: 'column',
  actions: 'action',
  inlines: 'inline',
  facts: 'fact',
  choices: 'choice',
  images: 'element',
  selectAction: 'action',
  inlineAction: 'action',
}
const childrenOf: Readonly<Record<string, readonly string[]>> = {
  AdaptiveCard: ['body', 'actions'],
  Container: ['items'],
  Column: ['items'],
  ColumnSet: ['columns'],
  ActionSet: ['actions'],
  RichTextBlock: ['inlines'],
}
/** Source: the published schema's "required" of each type. */
const required: Readonly<Record<string, readonly string[]>> = {
  AdaptiveCard: ['type', 'version'],
  TextBlock: ['text'],
  TextRun: ['text'],
  RichTextBlock: ['inlines'],
  Image: ['url'],
  Container: ['items'],
  ActionSet: ['actions'],
  FactSet: ['facts'],
  Fact: ['title', 'value'],
  Choice: ['title', 'value'],
  'Input.Text': ['id'],
  'Input.Number': ['id'],
  'Input.Date': ['id'],
  'Input.Time': ['id'],
  'Input.Toggle': ['id', 'title'],
  'Input.ChoiceSet': ['id'],
  'Action.OpenUrl': ['url'],
}

/** Everything in which a card is no Adaptive Card 1.5; empty when it is one. */
export function faultsOf(card: unknown): string[] {
  if (!isNode(card) || card.type !== 'AdaptiveCard') return ['it is no AdaptiveCard']
  return [...versionFaults(card), ...propertyFaults(card, new sdk.AdaptiveCard(), 'AdaptiveCard'), ...parseFaults(card)]
}

function versionFaults(card: Node): string[] {
  const found = card.version === '1.5' ? [] : [`version is ${card.version}`]
  return card.$schema === 'http://adaptivecards.io/schemas/adaptive-card.json'
    ? found
    : [...found, '$schema is missing']
}

/** What the SDK itself says while it reads and validates the card. */
function parseFaults(card: Node): string[] {
  const context = new sdk.SerializationContext(version)
  const parsed = new sdk.AdaptiveCard()
  parsed.parse(structuredClone(card), context)
  const events = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index))
  const results = parsed.validateProperties().validationEvents
  return [...events, ...results].map(({ event, message }) => `${sdk.ValidationEvent[event]}: ${message}`)
}

/** The SDK passes over what it does not know: each property is compared with the list of its class. */
function propertyFaults(node: Node, instance: SerializableObject, name: string): string[] {
  const schema = instance.getSchema()
  const known = new Map(
    Array.from({ length: schema.getCount() }, (_, index) => [schema.getItemAt(index).name, schema.getItemAt(index)]),
  )
  const missing = (required[name] ?? []).filter((property) => node[property] === undefined)
  const faults = missing.map((property) => `${name} lacks ${property}`)
  for (const [property, value] of Object.entries(node)) {
    const definition = known.get(property)
    const kind = definition || childrenOf[name]?.includes(property) ? children[property] : undefined
    if (kind) faults.push(...[value].flat().flatMap((child) => childFaults(child, kind, `${name}.${property}`)))
    else if (property === 'fallback') {
      if (value !== 'drop') faults.push(...childFaults(value, name.startsWith('Action.') ? 'action' : 'element', name))
    } else if (!definition) faults.push(`${name} has no property ${property}`)
    else if (definition.targetVersion.compareTo(version) > 0)
      faults.push(`${name}.${property} is of version ${definition.targetVersion}`)
    else if (!hasType(definition, value)) faults.push(`${name}.${property} is ${JSON.stringify(value)}`)
  }
  return faults
}

function childFaults(child: unknown, kind: Kind, where: string): string[] {
  if (kind === 'inline' && typeof child === 'string') return []
  if (!isNode(child)) return [`${where} holds ${JSON.stringify(child)}`]
  const { type } = child
  if (kind === 'fact') return propertyFaults(child, new sdk.Fact(), 'Fact')
  if (kind === 'choice') return propertyFaults(child, new sdk.Choice(), 'Choice')
  if (kind === 'column') return propertyFaults(child, new sdk.Column(), 'Column')
  if (kind === 'inline' && type === 'TextRun') return propertyFaults(child, new sdk.TextRun(), 'TextRun')
  const registry = kind === 'action' ? sdk.GlobalRegistry.actions : sdk.GlobalRegistry.elements
  const instance = typeof type === 'string' ? registry.createInstance(type, version) : undefined
  return instance ? propertyFaults(child, instance, String(type)) : [`${where} holds a ${type}, unknown in 1.5`]
}

function hasType(definition: unknown, value: unknown): boolean {
  if (definition instanceof sdk.StringProperty) return typeof value === 'string'
  if (definition instanceof sdk.BoolProperty) return typeof value === 'boolean'
  if (definition instanceof sdk.NumProperty) return typeof value === 'number'
  if (definition instanceof sdk.EnumProperty) return isOneOf(definition.enumType, value)
  return true
}

function isOneOf(values: object, value: unknown): boolean {
  return Object.keys(values).some((name) => /\D/.test(name) && name.toLowerCase() === String(value).toLowerCase())
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

import { checkBlocks } from './block-rules.ts'
import { isJsonObject } from './json.ts'
import type { Block } from './shapes.ts'

/** A view as the bot sent it, checked. */
export interface CheckedView {
  readonly type: 'modal' | 'home'
  readonly callbackId: string
  readonly title: string
  readonly submit: string | undefined
  readonly close: string | undefined
  readonly blocks: readonly Block[]
  readonly privateMetadata: string
  readonly externalId: string
  readonly clearOnClose: boolean
  readonly notifyOnClose: boolean
}

const known = {
  modal: ['title', 'submit', 'close', 'clear_on_close', 'notify_on_close', 'submit_disabled'],
  home: [],
} as const
const common = ['type', 'blocks', 'private_metadata', 'callback_id', 'external_id']

/**
 * Checks a view against its documented limits (https://docs.slack.dev/reference/views). Either the view, or what is wrong with it
 * in Slack's words: the answer's `response_metadata.messages`.
 */
export function checkView(
  value: unknown,
  type: 'modal' | 'home',
): { readonly view: CheckedView } | { readonly faults: readonly string[] } {
  if (!isJsonObject(value)) return { faults: ['[ERROR] must provide an object [json-pointer:/view]'] }
  const { blocks, faults } = checkBlocks(value.blocks, type, '/view/blocks')
  const wrong = [...faults]
  const fault = (message: string, at: string) => wrong.push(`[ERROR] ${message} [json-pointer:/view${at}]`)
  if (value.type !== type) fault(`must be ${type}`, '/type')
  for (const key of Object.keys(value)) {
    if (![...common, ...known[type]].includes(key)) fault(`invalid additional property: ${key}`, '')
  }
  const label = (name: string): string | undefined => {
    const given = value[name]
    if (given === undefined || given === null) return undefined
    if (!isJsonObject(given) || given.type !== 'plain_text' || typeof given.text !== 'string')
      fault('must be plain_text', `/${name}`)
    else if (given.text.length === 0) fault('must be more than 0 characters', `/${name}/text`)
    else if (given.text.length > 24) fault('must be less than 25 characters', `/${name}/text`)
    else return given.text
    return undefined
  }
  const words = (name: string, most: number): string => {
    const given = value[name]
    if (given === undefined || given === null) return ''
    if (typeof given !== 'string') fault('must provide a string', `/${name}`)
    else if (given.length > most) fault(`must be less than ${most + 1} characters`, `/${name}`)
    else return given
    return ''
  }
  const title = label('title')
  const submit = label('submit')
  if (type === 'modal' && value.title === undefined) fault('missing required field: title', '')
  if (type === 'modal' && value.submit === undefined && blocks.some((block) => block.type === 'input'))
    fault('missing required field: submit', '')
  const view: CheckedView = {
    type,
    callbackId: words('callback_id', 255),
    title: title ?? '',
    submit,
    close: label('close'),
    blocks,
    privateMetadata: words('private_metadata', 3_000),
    externalId: words('external_id', 255),
    clearOnClose: value.clear_on_close === true,
    notifyOnClose: value.notify_on_close === true,
  }
  return wrong.length > 0 ? { faults: wrong } : { view }
}

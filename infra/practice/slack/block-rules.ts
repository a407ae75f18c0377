import { randomBytes } from 'node:crypto'
import { isJsonObject, type JsonObject } from './json.ts'
import type { Block } from './shapes.ts'

/**
 * What is wrong with Block Kit, in Slack's own words and with a JSON pointer
 * (https://docs.slack.dev/reference/block-kit/blocks, …/block-elements, …/composition-objects).
 */
export interface BlockCheck {
  readonly blocks: readonly Block[]
  readonly faults: readonly string[]
  /** Characters in all texts together. */
  readonly textLength: number
}

type Check = (value: unknown, at: string) => void
const MOST_FAULTS = 20

const LONGEST_ID = 255
const choices = { least: 1, most: 100 }

/** Checks blocks against their documented limits and gives those without a block_id one, as Slack does. */
export function checkBlocks(value: unknown, surface: 'message' | 'modal' | 'home', path = '/blocks'): BlockCheck {
  const faults: string[] = []
  let textLength = 0
  let focused = 0
  const fault = (message: string, at: string) => {
    if (faults.length < MOST_FAULTS) faults.push(`[ERROR] ${message} [json-pointer:${at}]`)
  }

  const text =
    (most: number, kinds: readonly string[] = ['plain_text']): Check =>
    (given, at) => {
      if (!isJsonObject(given)) return fault('must provide an object', at)
      only(given, at, ['type', 'text', given.type === 'mrkdwn' ? 'verbatim' : 'emoji'])
      if (typeof given.type !== 'string' || !kinds.includes(given.type)) fault('unsupported type', `${at}/type`)
      string(most)(given.text, `${at}/text`)
      if (typeof given.text === 'string') textLength += given.text.length
    }
  const anyText = (most: number) => text(most, ['plain_text', 'mrkdwn'])
  const string =
    (most: number, least = 1): Check =>
    (given, at) => {
      if (typeof given !== 'string') return fault('must provide a string', at)
      if (given.length > most) fault(`must be less than ${most + 1} characters`, at)
      if (given.length < least) fault(`must be more than ${least - 1} character${least === 2 ? '' : 's'}`, at)
    }
  const boolean: Check = (given, at) => {
    if (typeof given !== 'boolean') fault('must provide a boolean', at)
  }
  const number =
    (least: number, most: number): Check =>
    (given, at) => {
      if (typeof given !== 'number' || given < least || given > most) fault(`must be ${least} to ${most}`, at)
    }
  const oneOf =
    (...allowed: readonly string[]): Check =>
    (given, at) => {
      if (typeof given !== 'string' || !allowed.includes(given)) fault('must be a valid enum value', at)
    }
  const matching =
    (pattern: RegExp): Check =>
    (given, at) => {
      if (typeof given !== 'string' || !pattern.test(given)) fault('is not formatted correctly', at)
    }
  const url: Check = (given, at) => {
    string(3_000)(given, at)
    if (typeof given === 'string' && !/^https?:\/\/\S+$/.test(given)) fault('must be a valid URL', at)
  }
  const list =
    ({ least, most }: { least: number; most: number }, check: Check): Check =>
    (given, at) => {
      if (!Array.isArray(given)) return fault('must be an array', at)
      if (given.length < least) fault(`no fewer than ${least} items allowed`, at)
      if (given.length > most) fault(`no more than ${most} items allowed`, at)
      for (const [index, item] of given.entries()) check(item, `${at}/${index}`)
    }
  const only = (given: JsonObject, at: string, allowed: readonly string[]) => {
    for (const key of Object.keys(given)) if (!allowed.includes(key)) fault(`invalid additional property: ${key}`, at)
  }
  const object =
    (required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check =>
    (given, at) => {
      if (!isJsonObject(given)) return fault('must provide an object', at)
      only(given, at, ['type', ...Object.keys(required), ...Object.keys(optional)])
      for (const [name, check] of Object.entries(required)) {
        if (given[name] === undefined) fault(`missing required field: ${name}`, at)
        else check(given[name], `${at}/${name}`)
      }
      for (const [name, check] of Object.entries(optional)) {
        if (given[name] !== undefined) check(given[name], `${at}/${name}`)
      }
    }
  const byType =
    (what: string, kinds: Readonly<Record<string, Check>>): Check =>
    (given, at) => {
      if (!isJsonObject(given)) return fault('must provide an object', at)
      const check = typeof given.type === 'string' && Object.hasOwn(kinds, given.type) ? kinds[given.type] : undefined
      if (check) check(given, at)
      else fault(`unsupported ${what}: ${String(given.type)}`, `${at}/type`)
    }
  const anything: Check = () => undefined
  const actionId = { action_id: string(LONGEST_ID) }
  const focus: Check = (given, at) => {
    boolean(given, at)
    if (given === true) focused += 1
    if (focused > 1) fault('only one element may have focus_on_load', at)
  }

  const confirm = object(
    { title: text(100), text: anyText(300), confirm: text(30), deny: text(30) },
    { style: oneOf('primary', 'danger') },
  )
  const option = (label: Check) => object({ text: label, value: string(150) }, { description: anyText(75), url })
  const options = (label: Check, most = choices.most) => list({ least: 1, most }, option(label))
  const group = object({ label: text(75), options: options(text(75)) })
  const image: Check = (given, at) => {
    object(
      { alt_text: string(2_000) },
      { image_url: url, slack_file: anything, title: text(2_000), block_id: blockId },
    )(given, at)
    if (isJsonObject(given) && given.image_url === undefined && given.slack_file === undefined)
      fault('missing required field: image_url', at)
  }
  const dispatch = { dispatch_action_config: object({}, { trigger_actions_on: anything }) }
  const select = (more: Readonly<Record<string, Check>>, multiple: boolean): Check =>
    object(
      {},
      {
        ...actionId,
        ...more,
        confirm,
        placeholder: text(150),
        focus_on_load: focus,
        ...(multiple ? { max_selected_items: number(1, 100) } : {}),
      },
    )
  const fixed: Readonly<Record<string, Check>> = {
    options: options(text(75)),
    option_groups: list(choices, group),
    initial_option: option(text(75)),
    initial_options: options(text(75)),
  }
  const conversation = {
    ...dispatch,
    initial_conversation: string(50),
    default_to_current_conversation: boolean,
    filter: anything,
    response_url_enabled: boolean,
  }
  const picker = (initial: Readonly<Record<string, Check>>): Check =>
    object({}, { ...actionId, ...initial, confirm, placeholder: text(150), focus_on_load: focus })
  const typed = (more: Readonly<Record<string, Check>>): Check =>
    object({}, { ...actionId, ...dispatch, placeholder: text(150), focus_on_load: focus, ...more })
  const bothTypes = (checks: Record<string, readonly [Readonly<Record<string, Check>>, boolean]>) =>
    Object.fromEntries(Object.entries(checks).map(([name, [more, multiple]]) => [name, select(more, multiple)]))

  const pressed: Readonly<Record<string, Check>> = {
    button: object(
      { text: text(75) },
      {
        ...actionId,
        url,
        value: string(2_000),
        style: oneOf('primary', 'danger'),
        confirm,
        accessibility_label: string(75),
      },
    ),
    overflow: object({ options: options(text(75), 5) }, { ...actionId, confirm }),
  }
  const chosen: Readonly<Record<string, Check>> = {
    ...bothTypes({
      static_select: [fixed, false],
      multi_static_select: [fixed, true],
      external_select: [{ min_query_length: number(0, 100), initial_option: option(text(75)) }, false],
      users_select: [{ initial_user: string(50) }, false],
      multi_users_select: [{ initial_users: list({ least: 0, most: 100 }, string(50)) }, true],
      conversations_select: [conversation, false],
      channels_select: [{ initial_channel: string(50) }, false],
    }),
    datepicker: picker({ initial_date: matching(/^\d{4}-\d\d-\d\d$/) }),
    timepicker: picker({ initial_time: matching(/^\d\d:\d\d$/), timezone: string(100) }),
    datetimepicker: picker({ initial_date_time: number(1_000_000_000, 9_999_999_999) }),
    checkboxes: picker({ options: options(anyText(75), 10), initial_options: options(anyText(75), 10) }),
    radio_buttons: picker({ options: options(anyText(75), 10), initial_option: option(anyText(75)) }),
  }
  /** Those exist in modals only. */
  const ofModals: Readonly<Record<string, Check>> = {
    email_text_input: typed({ initial_value: string(3_000) }),
    url_text_input: typed({ initial_value: string(3_000) }),
    number_input: object(
      { is_decimal_allowed: boolean },
      {
        ...actionId,
        ...dispatch,
        initial_value: string(100),
        min_value: string(100),
        max_value: string(100),
        placeholder: text(150),
        focus_on_load: focus,
      },
    ),
  }
  const inputs: Readonly<Record<string, Check>> = {
    ...chosen,
    ...(surface === 'modal' ? ofModals : {}),
    plain_text_input: typed({
      initial_value: string(3_000),
      multiline: boolean,
      min_length: number(0, 3_000),
      max_length: number(1, 3_000),
    }),
  }
  const blockIds = new Set<string>()
  const blockId: Check = (given, at) => {
    string(LONGEST_ID)(given, at)
    if (typeof given !== 'string') return
    if (blockIds.has(given)) fault(`\`block_id\` ${given} already exists`, at)
    blockIds.add(given)
  }
  const withId = { block_id: blockId }
  const rich: Check = (given, at) => {
    list({ least: 0, most: 1_000 }, (element, where) => {
      if (!isJsonObject(element) || !String(element.type).startsWith('rich_text_'))
        fault('unsupported rich text element', where)
      textLength += richLength(element)
    })(given, at)
  }
  const section: Check = (given, at) => {
    object(
      {},
      {
        ...withId,
        text: anyText(3_000),
        fields: list({ least: 1, most: 10 }, anyText(2_000)),
        accessory: byType('element', { ...pressed, ...chosen, image }),
        expand: boolean,
      },
    )(given, at)
    if (isJsonObject(given) && given.text === undefined && given.fields === undefined)
      fault('missing required field: text', at)
  }
  const kinds: Readonly<Record<string, Check>> = {
    section,
    header: object({ text: text(150) }, withId),
    divider: object({}, withId),
    image,
    context: object(
      {
        elements: list({ least: 1, most: 10 }, (given, at) =>
          isJsonObject(given) && given.type === 'image' ? image(given, at) : anyText(3_000)(given, at),
        ),
      },
      withId,
    ),
    actions: object({ elements: list({ least: 1, most: 25 }, byType('element', { ...pressed, ...chosen })) }, withId),
    input: object(
      { label: text(2_000), element: byType('element', inputs) },
      { ...withId, hint: text(2_000), optional: boolean, dispatch_action: boolean },
    ),
    rich_text: object({ elements: rich }, withId),
    ...(surface === 'message' ? { markdown: object({ text: string(12_000) }, withId) } : {}),
  }

  const blocks = Array.isArray(value) ? value : []
  if (!Array.isArray(value)) fault('must be an array', path)
  const most = surface === 'message' ? 50 : 100
  if (blocks.length > most) fault(`no more than ${most} items allowed`, path)
  else
    for (const [index, block] of blocks.entries()) {
      byType('block', kinds)(block, `${path}/${index}`)
      for (const twice of repeatedActionIds(block)) fault(`\`action_id\` ${twice} already exists`, `${path}/${index}`)
    }
  return {
    faults,
    textLength,
    blocks: faults.length > 0 ? [] : blocks.map((block: JsonObject) => named(block)),
  }
}

/** Slack names what has no name: blocks by five letters and digits, elements by as many. */
function named(block: JsonObject): Block {
  const name = () => randomBytes(4).toString('base64url').slice(0, 5)
  const withAction = (element: unknown) =>
    isJsonObject(element) &&
    element.action_id === undefined &&
    !/^(image|mrkdwn|plain_text)$/.test(String(element.type))
      ? { ...element, action_id: name() }
      : element
  return {
    ...block,
    type: String(block.type),
    block_id: typeof block.block_id === 'string' ? block.block_id : name(),
    ...(block.type === 'actions' && Array.isArray(block.elements) ? { elements: block.elements.map(withAction) } : {}),
    ...(block.type === 'section' && block.accessory !== undefined ? { accessory: withAction(block.accessory) } : {}),
    ...(block.type === 'input' ? { element: withAction(block.element) } : {}),
  }
}

/** "Should be unique among all other action_ids in the containing block": Slack refuses what is not. */
function repeatedActionIds(block: unknown): readonly string[] {
  if (!isJsonObject(block) || !Array.isArray(block.elements)) return []
  const ids = block.elements.flatMap((element) =>
    isJsonObject(element) && typeof element.action_id === 'string' ? [element.action_id] : [],
  )
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))]
}

function richLength(element: unknown): number {
  if (!isJsonObject(element)) return 0
  const own = typeof element.text === 'string' ? element.text.length : 0
  const inner = Array.isArray(element.elements) ? element.elements : []
  return inner.reduce((sum: number, child) => sum + richLength(child), own)
}

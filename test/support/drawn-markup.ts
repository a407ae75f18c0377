import assert from 'node:assert/strict'
import type { SlackClient } from '../../infra/practice/slack/client.ts'
import { isJsonObject } from '../../infra/practice/slack/json.ts'
import type { TeamsClient } from '../../infra/practice/teams/client.ts'

/** The chat histories of a company. */
export interface ChatHistories {
  readonly teams: { readonly client: Pick<TeamsClient, 'transcript'> }
  readonly slack: { readonly client: Pick<SlackClient, 'transcript'> }
}

/** What a chat product may have drawn as a link, a mention or bold in any message of the bot, now or before it was changed. */
export function drawnMarkup({ teams, slack }: ChatHistories): readonly string[] {
  const inTeams = teams.client
    .transcript()
    .flatMap(({ messages }) => messages.filter(({ from }) => from.role === 'bot'))
  const inSlack = slack.client.transcript().flatMap(({ messages }) => messages.filter(isOfBot))
  assert.ok(inTeams.length + inSlack.length > 0, 'the bot has said nothing')
  const plainTexts = inTeams.filter(({ text, textFormat }) => text && textFormat !== 'plain').map(({ text }) => text)
  return [
    ...plainTexts.map((text) => `not sent as plain text: ${text}`),
    ...inTeams.flatMap((message) => faultsIn(JSON.stringify(message.attachments), markdown)),
    ...inSlack.flatMap((message) => slackFaults(message)),
  ]
}

const isOfBot = (message: unknown): boolean =>
  isJsonObject(message) && isJsonObject(message.from) && message.from.isBot === true

type Rules = readonly (readonly [what: string, pattern: RegExp])[]

/** Over the JSON of an Adaptive Card, in which a backslash is two. */
const markdown: Rules = [
  ['a link', /\]\(https?:/],
  ['a tag', /[^\\]<(b|img|at|!channel)/],
  ['bold', /[^\\]\*\*bold/],
]

/** Over text that Slack reads as mrkdwn. Dates are tokens of our own; nothing else in angle brackets is. */
const mrkdwn: Rules = [
  ['a link, a mention or a tag', /<(?!!date\^)[^>]*>/],
  ['an open bracket', /<(?!!date\^\d+\^[^<>|]*\|[^<>]*>)/],
  ['bold', /\*+bold\b/i],
]

/** Elements of rich text that reach somebody or lead somewhere. */
const reaching = new Set(['link', 'user', 'usergroup', 'channel', 'broadcast'])

/** Message text is mrkdwn; so is each text object that says so, and a markdown block as a whole. */
function slackFaults(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(slackFaults)
  if (!isJsonObject(node)) return []
  const { type, text, earlier } = node
  const before = Array.isArray(earlier) ? earlier.map(([words, blocks]) => ({ text: words, blocks })) : []
  const faults = [...Object.values(node), before].flatMap(slackFaults)
  if (type === 'markdown') faults.push(`a markdown block: ${String(text)}`)
  if (typeof type === 'string' && reaching.has(type)) faults.push(`${type} in rich text: ${JSON.stringify(node)}`)
  const isRead = type === 'mrkdwn' || type === undefined
  return isRead && typeof text === 'string' ? [...faults, ...faultsIn(text, mrkdwn)] : faults
}

function faultsIn(text: string, rules: Rules): readonly string[] {
  return rules.filter(([, pattern]) => pattern.test(text)).map(([what]) => `${what}: ${text}`)
}

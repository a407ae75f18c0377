import assert from 'node:assert/strict'
import { type CastKey, wellKnown } from '../../../infra/practice/company/cast.ts'
import type { SlackClient } from '../../../infra/practice/slack/client.ts'
import { sign } from '../../../infra/practice/slack/signing.ts'
import type { TestCompany } from '../../support/company.ts'
import { readBlocks } from '../../support/slack-look.ts'

/** The Slack side of a company as its tests look at it: accounts by the names of the cast, and what the bot keeps. */
export interface SlackSide {
  readonly client: SlackClient
  /** Slack's id of somebody's account. */
  account(key: CastKey): string
  /** Words of somebody's Home tab, opened anew. */
  home(key: CastKey): Promise<{ readonly text: string; readonly buttons: readonly string[] }>
  /** What everybody sees in a channel, and what this person alone does. */
  inChannel(channel: string, key: CastKey): Promise<{ all: readonly string[]; alone: readonly string[] }>
  /** How many dialogs were ever begun for somebody. */
  dialogsOf(key: CastKey): Promise<number>
  /** Whom an account is bound to, in words: the key of the cast member, or undefined. */
  boundTo(key: CastKey): Promise<CastKey | undefined>
  /** Lines of the audit about somebody, oldest first. */
  auditOf(key: CastKey, action: string): Promise<readonly AuditLine[]>
  /** Headers as Slack signs a body, so many seconds from now. */
  signed(body: string, secondsFromNow?: number): Record<string, string>
}

export interface AuditLine {
  readonly outcome: string
  readonly why?: string
  readonly detail?: Readonly<Record<string, string>>
}

export function slackSide(company: TestCompany): SlackSide {
  const { client } = company.company.slack
  const { database } = company
  function account(key: CastKey): string {
    const id = client.userOf(wellKnown[key].id)
    assert.ok(id, `${wellKnown[key].name} has no Slack account`)
    return id
  }
  return {
    client,
    account,
    async home(key) {
      const home = await client.openHome(account(key))
      assert.ok(home, `${wellKnown[key].name} sees no Home tab`)
      return readBlocks(home.blocks)
    },
    async inChannel(channel, key) {
      const { messages } = await client.channel(channel, account(key))
      const ofBot = messages.filter(({ from }) => from.isBot)
      const wordsOf = (alone: boolean) =>
        ofBot
          .filter(({ ephemeralTo }) => (ephemeralTo !== undefined) === alone)
          .map(({ text, blocks }) => (blocks.length === 0 ? text : readBlocks(blocks).text))
      return { all: wordsOf(false), alone: wordsOf(true) }
    },
    async dialogsOf(key) {
      const rows = await database.selectFrom('dialogs').select('id').where('user_id', '=', wellKnown[key].id).execute()
      return rows.length
    },
    async boundTo(key) {
      const row = await database
        .selectFrom('slack_people')
        .select('user_id')
        .where('slack_user_id', '=', account(key))
        .executeTakeFirst()
      const keys = Object.keys(wellKnown) as CastKey[]
      return keys.find((one) => wellKnown[one].id === row?.user_id)
    },
    async auditOf(key, action) {
      const rows = await database.selectFrom('audit').select('event').orderBy('seq').execute()
      return rows
        .map(({ event }) => event as unknown as AuditLine & { readonly action: string; readonly target: string })
        .filter((event) => event.action === action && event.target === wellKnown[key].id)
    },
    signed(body, secondsFromNow = 0) {
      const secret = company.company.botEnvironment.SLACK_SIGNING_SECRET ?? ''
      return {
        'content-type': 'application/json',
        ...sign(secret, Math.floor(Date.now() / 1_000) + secondsFromNow, body),
      }
    },
  }
}

/** Looks again until something is so; a test that waits for what never comes says what it waited for. */
export async function until(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 300; turn++) {
    if (await look()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.fail(`still not so after 15 seconds: ${what}`)
}

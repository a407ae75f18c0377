import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { parse, stringify } from 'yaml'
import type { Schema } from '../../bot/store/schema.ts'
import type { OnPremises } from '../../infra/practice/domain/on-premises.ts'
import { until } from './access.ts'
import { startTestCompany, type TestCompany } from './company.ts'
import { type LdapFront, startLdapFront } from './ldap-front.ts'
import type { Work } from './staged-work.ts'

/** As the commands are called on the wire. */
export const commands: Readonly<Record<Work, string>> = {
  reset: 'reset-password',
  unlock: 'unlock',
  grant: 'add-member',
  revoke: 'remove-member',
  block: 'set-enabled',
}

/** How many times shorter agents are waited for here. */
const haste = 4
/** Milliseconds in which a command that writes may be begun; bot/agent-link/times.ts. */
export const life = 20_000 / haste

/** A hybrid company of which every part, and every way between two parts, can be broken at a given moment. */
export interface BreakableCompany {
  readonly company: TestCompany
  readonly onPremises: OnPremises
  /** Stands between the agent and the controller. */
  readonly ldap: LdapFront
  /** The agent ends without a word, and whatever was on its way from it or to it is lost. */
  agentDies(): Promise<void>
  /** Starts it, and waits until the bot has let it in. */
  agentIsBack(): Promise<void>
  /** The connection ends without a word, and whatever was on its way is lost. */
  linkBreaks(): void
  /** The controller ends without a word, and whatever was on its way from it or to it is lost. */
  controllerDies(): Promise<void>
  /** The bot ends without a word, and whatever was on its way from it or to it is lost. */
  botDies(): Promise<void>
  /** How often the agent has come to an outcome of one of these commands since it was started first. */
  agentEnded(...works: readonly Work[]): number
  /** Everything is whole again, whatever was broken. */
  mend(): Promise<void>
  close(): Promise<void>
}

export async function startBreakableCompany(): Promise<BreakableCompany> {
  const company = await startTestCompany({ HELPBOT_PRACTICE_HASTE: String(haste) }, 'teams', true)
  assert.ok(company.company.onPremises)
  const onPremises = company.company.onPremises
  const { controller, front } = onPremises
  const tls = (name: string) => readFileSync(join(controller.folder, 'private', 'tls', name), 'utf8')
  const ldap = await startLdapFront({ tls: { key: tls('key.pem'), cert: tls('cert.pem') }, to: controller })
  let botIsDead = false

  const letIn = () => company.log.filter((line) => line.includes('agents: let in')).length
  async function agentIsBack(): Promise<void> {
    const before = letIn()
    await onPremises.agent().start()
    await until(() => letIn() > before, 'the bot lets the agent in')
  }
  async function botIsBack(): Promise<void> {
    const before = letIn()
    await company.restart('SIGKILL')
    botIsDead = false
    // The longer it was away, the longer the agent waits before it comes again.
    if (onPremises.agent().isRunning()) await until(() => letIn() > before, 'the agent comes to the bot again')
  }
  function linkBreaks(): void {
    front.cut()
    front.hold(undefined)
  }

  // From now on the agent goes to the controller by way of the front.
  const file = join(onPremises.place.folder, 'agent.yaml')
  const settings = parse(readFileSync(file, 'utf8'))
  writeFileSync(file, stringify({ ...settings, directory: { ...settings.directory, urls: [ldap.url] } }))
  await onPremises.agent().stop('SIGTERM')
  await agentIsBack()

  return {
    company,
    onPremises,
    ldap,
    linkBreaks,
    agentIsBack,
    async agentDies() {
      await onPremises.agent().stop('SIGKILL')
      linkBreaks()
      ldap.cut()
    },
    async controllerDies() {
      await controller.stop('SIGKILL')
      ldap.cut()
    },
    async botDies() {
      botIsDead = true
      await company.bot().stop('SIGKILL')
      linkBreaks()
    },
    agentEnded(...works) {
      const ends = works.map((work) => `"do":"${commands[work]}","outcome"`)
      return onPremises.agent().log.filter((line) => ends.some((end) => line.includes(end))).length
    },
    async mend() {
      front.watch(undefined)
      front.refuse(false)
      front.hold(undefined)
      ldap.letGo()
      controller.resume()
      await controller.start()
      if (botIsDead) await botIsBack()
      if (!onPremises.agent().isRunning()) await agentIsBack()
      await onPremises.agentIsLive()
    },
    async close() {
      await ldap.close()
      await company.close()
    },
  }
}

/** Nobody can write into the audit until what is returned is called. */
export async function holdAudit(database: Kysely<Schema>): Promise<() => Promise<void>> {
  const transaction = await database.startTransaction().execute()
  await sql`lock table audit in share row exclusive mode`.execute(transaction)
  return async () => {
    await transaction.rollback().execute()
  }
}

/** How many wait because another one holds a lock. */
export async function waitingForLocks(database: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ waiting: number }>`
    select count(*)::int as waiting from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(database)
  return rows[0]?.waiting ?? 0
}

import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AgentError } from '../../../agent/agent-error.ts'
import type { CommandGround, Ordered } from '../../../agent/commands/command.ts'
import { writingCommands } from '../../../agent/commands/writing.ts'
import { openDomain } from '../../../agent/ldap/connect.ts'
import type { Controller, Domain } from '../../../agent/ldap/domain.ts'
import { type AgentPolicySettings, agentPolicy, agentPolicySchema } from '../../../agent/policy/load.ts'
import { type PolicedOperation, policedOperations } from '../../../agent/policy/policy.ts'
import type { TestDomain } from '../../support/samba.ts'

/** The agent's commands that write, bound as the service account, and what went over the wire for them. */
export interface WritingGround {
  readonly domain: Domain
  readonly commands: ReturnType<typeof writingCommands>
  /** Writes that were sent to the controller since the last `forget`. */
  readonly sent: string[]
  readonly dataFolder: string
  close(): Promise<void>
}

export interface GroundOptions {
  readonly policy?: Partial<AgentPolicySettings>
  readonly dataFolder?: string
  readonly clock?: () => Date
  /** Put between the commands and the controller. */
  readonly through?: (controller: Controller) => Controller
}

/** What the practice domain's agent would have in its file. */
export function settingsFor(domain: TestDomain, policy: Partial<AgentPolicySettings> = {}): AgentPolicySettings {
  const { people, groups, leavers } = domain.units
  const usual = agentPolicySchema.parse({
    read: [domain.domainDn],
    write: [people, groups, leavers],
    operations: [...policedOperations],
    perHour: { all: 1_000 },
  })
  return { ...usual, ...policy }
}

export function openGround(domain: TestDomain, options: GroundOptions = {}): WritingGround {
  const clock = options.clock ?? (() => new Date())
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'helpbot-agent-'))
  const { url, ca, host, service } = domain
  const bind = { name: service.dn, password: async () => service.password }
  const open = openDomain({ urls: [url], ca, servername: host, bind }, () => new Date(), Math.random)
  const sent: string[] = []
  const watched = (controller: Controller): Controller => ({
    ...controller,
    modify(dn, changes) {
      sent.push(`modify ${changes.map((change) => change.modification.type).join(' ')}`)
      return controller.modify(dn, changes)
    },
    add(dn, attributes) {
      sent.push('add')
      return controller.add(dn, attributes)
    },
    rename(dn, to) {
      sent.push('rename')
      return controller.rename(dn, to)
    },
  })
  const through = options.through ?? ((controller) => controller)
  const facing: Domain = {
    ...open,
    writing: (work) => open.writing((controller) => work(through(watched(controller)))),
  }
  const policy = agentPolicy(settingsFor(domain, options.policy), { dataFolder, clock, facts: open.facts })
  const ground: CommandGround = { domain: facing, policy, clock, randomBytes }
  return {
    domain: open,
    commands: writingCommands(ground),
    sent,
    dataFolder,
    async close() {
      await open.close()
      if (options.dataFolder === undefined) rmSync(dataFolder, { recursive: true, force: true })
    },
  }
}

/** An order that holds for a minute. */
export const order = (commandId: string = randomUUID()): Ordered => ({
  commandId,
  expires: new Date(Date.now() + 60_000),
})

/** What a command that must fail fails with. */
export async function failure(work: Promise<unknown>): Promise<AgentError> {
  const error: unknown = await work.then(
    (value) => assert.fail(`it was done: ${JSON.stringify(value)}`),
    (thrown) => thrown,
  )
  if (!(error instanceof AgentError)) throw error
  return error
}

/** Refused for this reason, IT is told, and nothing was sent. */
export async function assertRefused(
  ground: WritingGround,
  work: () => Promise<unknown>,
  expected: { readonly code: string; readonly alarm: string | undefined; readonly words: RegExp },
): Promise<void> {
  ground.sent.length = 0
  const error = await failure(work())
  assert.match(error.detail, expected.words)
  assert.deepEqual({ code: error.code, alarm: error.alarm }, { code: expected.code, alarm: expected.alarm })
  assert.deepEqual(ground.sent, [])
}

export const only = (...operations: PolicedOperation[]): Partial<AgentPolicySettings> => ({ operations })

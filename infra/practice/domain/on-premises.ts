import {
  type AgentPlace,
  type AgentProcess,
  enrolAgent,
  enrolledAs,
  enrolmentCode,
  knownAgents,
  revokeAgent,
  startAgentProcess,
} from '../agent-process.ts'
import { initialPassword } from '../company/company.ts'
import type { CompanyUser } from '../company/model.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { startTlsFront, type TlsFront } from '../tls-front.ts'
import { asAccount } from './ldap-session.ts'
import { addGroup, addUser, type MadeGroup, type MadeUser } from './objects.ts'
import { type DomainController, startDomainController } from './samba.ts'
import { type Sync, startSync } from './sync.ts'

/** The on-premises half of a practice company: a real domain controller, an enrolled agent, and a sync into the tenant. */
export interface OnPremises {
  readonly controller: DomainController
  readonly sync: Sync
  readonly front: TlsFront
  readonly place: AgentPlace
  /** People of the tenant who are mastered here, by their id there. */
  readonly people: ReadonlyMap<string, MadeUser>
  readonly groups: ReadonlyMap<string, MadeGroup>
  /** Enrols the agent where the bot does not know it, and starts it: the bot must be up. @param botSettings for asking the bot for a code */
  startAgent(botSettings: Readonly<Record<string, string>>, onLine: (line: string) => void): Promise<AgentProcess>
  /** The one that was started. @throws Error before that */
  agent(): AgentProcess
  /** Waits until the bot says that an agent is there. @throws Error after half a minute */
  agentIsLive(): Promise<void>
  close(): Promise<void>
}

export interface OnPremisesOptions {
  readonly tenant: Pick<Tenant, 'company' | 'control'>
  /** Of the tenant's own: for the name localhost. */
  readonly tls: { readonly ca: string; readonly server: { readonly key: string; readonly cert: string } }
  /** Where the agent keeps its things. */
  readonly folder: string
  readonly botPort: () => number
  readonly syncEveryMilliseconds: number
  readonly onError: (error: unknown) => void
}

const agentName = 'Practice agent'

/** How many accounts are made at the same time. */
const atOnce = 8

/** Puts everybody who is mastered on-premises into a real Active Directory, and ties both halves together. */
export async function startOnPremises(options: OnPremisesOptions): Promise<OnPremises> {
  const controller = await startDomainController()
  try {
    return await furnish(options, controller)
  } catch (error) {
    await controller.close()
    throw error
  }
}

async function furnish(options: OnPremisesOptions, controller: DomainController): Promise<OnPremises> {
  const { tenant } = options
  const people = await makePeople(tenant, controller)
  const groups = await makeGroups(tenant, controller, people)
  const sync = startSync(
    {
      tenant,
      endpoint: controller,
      login: controller.administrator,
      units: { people: [controller.units.people, controller.units.leavers], groups: controller.units.groups },
    },
    { everyMilliseconds: options.syncEveryMilliseconds, onError: options.onError },
  )
  await sync.now()
  const front = await startTlsFront({ tls: options.tls.server, to: options.botPort })
  const place: AgentPlace = {
    folder: options.folder,
    bot: { url: `wss://localhost:${front.port}/agent`, ca: options.tls.ca },
    directory: {
      url: controller.url,
      ca: controller.ca,
      servername: controller.host,
      bind: { name: controller.service.upn, password: controller.service.password },
    },
    policy: {
      read: [controller.domainDn],
      write: [controller.units.people, controller.units.leavers, controller.units.groups],
      operations: ['reset-password', 'unlock', 'set-enabled', 'add-member', 'remove-member'],
      neverTouch: [],
      perHour: { all: 10_000 },
    },
  }
  let agent: AgentProcess | undefined
  return {
    controller,
    sync,
    front,
    place,
    people,
    groups,
    async startAgent(botSettings, onLine) {
      await enrolWhereNeeded(place, botSettings)
      agent = await startAgentProcess(place, onLine)
      await isLive(options.botPort(), agent)
      return agent
    },
    agent() {
      if (!agent) throw new Error('no agent was started')
      return agent
    },
    agentIsLive: () => isLive(options.botPort(), agent),
    async close() {
      await agent?.stop('SIGTERM')
      await sync.stop()
      await front.close()
      await controller.close()
    },
  }
}

/** An agent that the bot still knows goes on as it is. Any other one is enrolled, and those that it was before are revoked. */
async function enrolWhereNeeded(place: AgentPlace, botSettings: Readonly<Record<string, string>>): Promise<void> {
  const own = enrolledAs(place)
  const inUse = (await knownAgents(botSettings)).filter(({ how }) => how !== 'revoked')
  if (inUse.some(({ id }) => id === own)) return
  for (const { id, name } of inUse) if (name === agentName) await revokeAgent(botSettings, id)
  await enrolAgent(place, await enrolmentCode(botSettings), agentName)
}

async function isLive(port: number, agent: AgentProcess | undefined): Promise<void> {
  for (let turn = 0; turn < 300; turn++) {
    const said = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(5_000) })
      .then((answer) => answer.text())
      .catch(() => '')
    if (/[1-9]\d* of \d+ live/.test(said)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const last = (agent?.log ?? []).slice(-5).join('\n')
  throw new Error(`the agent did not come to the bot within 30 seconds:\n${last}`)
}

async function makePeople(
  { company, control }: OnPremisesOptions['tenant'],
  controller: DomainController,
): Promise<Map<string, MadeUser>> {
  const synced = [...company.users.values('latest')].filter((user) => user.onPremisesSyncEnabled === true)
  const ownNames = namesInOneUnit(synced)
  const made = new Map<string, MadeUser>()
  await asAccount(controller, controller.administrator, async (client) => {
    for (let at = 0; at < synced.length; at += atOnce) {
      await Promise.all(
        synced.slice(at, at + atOnce).map(async (user) => {
          const given = {
            displayName: user.displayName,
            givenName: user.givenName,
            sn: user.surname,
            mail: user.mail,
            department: user.department,
            title: user.jobTitle,
            sAMAccountName: user.onPremisesSamAccountName,
            userPrincipalName: user.userPrincipalName,
          }
          const attributes = Object.fromEntries(
            Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
          )
          made.set(
            user.id,
            await addUser(client, {
              name: ownNames.get(user.id) ?? user.displayName,
              password: initialPassword(company, user.id),
              attributes,
            }),
          )
        }),
      )
    }
  })
  for (const [id, { guid, upn }] of made)
    control.editUser(id, {
      onPremisesImmutableId: anchorOf(guid),
      onPremisesDomainName: controller.realm,
      onPremisesUserPrincipalName: upn,
    })
  return made
}

/** Objects of one unit have different names, in any case (MS-ADTS 3.1.1.3.1.1): namesakes are told apart by their accounts. */
function namesInOneUnit(users: readonly CompanyUser[]): ReadonlyMap<string, string> {
  const taken = new Set<string>()
  const names = new Map<string, string>()
  for (const { id, displayName, onPremisesSamAccountName } of users) {
    const name = taken.has(displayName.toLowerCase()) ? `${displayName} (${onPremisesSamAccountName})` : displayName
    taken.add(name.toLowerCase())
    names.set(id, name)
  }
  return names
}

async function makeGroups(
  { company, control }: OnPremisesOptions['tenant'],
  controller: DomainController,
  people: ReadonlyMap<string, MadeUser>,
): Promise<Map<string, MadeGroup>> {
  const made = new Map<string, MadeGroup>()
  for (const group of company.groups.values('latest')) {
    if (group.onPremisesSyncEnabled !== true) continue
    const members = [...group.members].flatMap((id) => people.get(id)?.dn ?? [])
    const one = await asAccount(controller, controller.administrator, (client) =>
      addGroup(client, { name: group.displayName, members }),
    )
    made.set(group.id, one)
    control.editGroup(group.id, {
      onPremisesSecurityIdentifier: one.sid,
      onPremisesSamAccountName: group.displayName,
      onPremisesDomainName: controller.realm,
    })
  }
  return made
}

/** objectGUID as Entra ID keeps it: base64 of its sixteen bytes, the first three fields little-endian. */
function anchorOf(guid: string): string {
  const fields = guid.split('-').map((field) => Buffer.from(field, 'hex'))
  const bytes = fields.flatMap((field, index) => [...(index < 3 ? field.reverse() : field)])
  return Buffer.from(bytes).toString('base64')
}

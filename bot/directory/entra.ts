import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { groupId, type UserId } from '../identity/person.ts'
import type { Authority, Directory } from './directory.ts'
import { DirectoryError } from './directory-error.ts'
import { accessPasses, issueAccessPass } from './entra-access-pass.ts'
import { readGroup, readGroups } from './entra-group.ts'
import { members, owners } from './entra-group-people.ts'
import { groupPrivilege, groupWithin } from './entra-group-privilege.ts'
import { directGroups, groupsOf } from './entra-groups.ts'
import { mailBody } from './entra-mail.ts'
import { addMember, isMember, removeMember } from './entra-membership.ts'
import { type EntraOnPremises, entraOnPremises } from './entra-on-premises.ts'
import { setEntraPassword } from './entra-password.ts'
import { directReports, findByAddress, findPeople } from './entra-people.ts'
import { photo } from './entra-photo.ts'
import { presence } from './entra-presence.ts'
import { entraPrivilege } from './entra-privilege.ts'
import { type SyncBehavior, syncBehavior } from './entra-sync-behavior.ts'
import { graphManager, graphUser, managerLink, toUser, userProperties } from './entra-user.ts'
import { address } from './graph-address.ts'
import type { BatchDeps } from './graph-batch.ts'
import { type Graph, type GraphSurroundings, graphClient } from './graph-client.ts'
import { type GraphSettings, graphTokens } from './graph-credential.ts'
import type { RetryRules } from './graph-retry.ts'
import { sentences } from './sentences.ts'
import type { TokenSource } from './token-source.ts'

/** What Entra ID's directory needs of its surroundings. */
export interface EntraDeps {
  readonly settings: GraphSettings
  readonly clock: Clock
  /** 0 ≤ random < 1, for the jitter of retries. */
  readonly random: () => number
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly fetch?: GraphSurroundings['fetch']
  /** By default: certificate credentials as the settings say. */
  readonly tokens?: TokenSource
  readonly retries?: RetryRules
  readonly timeoutMilliseconds?: number
}

/** Entra ID's directory, and what it knows of the other side of those who are synced. */
export interface EntraSide extends Directory {
  readonly onPremises: EntraOnPremises
}

/** The directory, and the same one under a correlation id of the caller's. */
export interface EntraDirectory extends EntraSide {
  /**
   * The same directory whose calls carry this GUID as `client-request-id`, so that Microsoft's logs and ours can be
   * laid side by side.
   */
  correlated(correlationId: string): EntraSide
}

/** Entra ID through Microsoft Graph v1.0. */
export function entraDirectory(deps: EntraDeps): EntraDirectory {
  const fetch = deps.fetch ?? globalThis.fetch
  const graph = graphClient({
    ...deps,
    endpoint: new URL(deps.settings.endpoint).origin,
    tokens: deps.tokens ?? graphTokens(deps.settings, { clock: deps.clock, fetch }),
    fetch,
    requestId: randomUUID,
  })
  const surroundings = {
    mailFrom: deps.settings.mailFrom,
    clock: deps.clock,
    behavior: syncBehavior(deps.clock),
    batches: { clock: deps.clock, random: deps.random, sleep: deps.sleep, rules: deps.retries },
  }
  return {
    ...overGraph(graph, surroundings),
    correlated: (correlationId) =>
      overGraph(
        graph.withRequestId(() => correlationId),
        surroundings,
      ),
  }
}

/** checkMemberGroups takes 20 ids at most (learn.microsoft.com/graph/api/directoryobject-checkmembergroups). */
const groupsPerCheck = 20
const nothingSaid = z.unknown()

interface Surroundings {
  readonly mailFrom: string | undefined
  readonly clock: Clock
  readonly behavior: SyncBehavior
  readonly batches: BatchDeps
}

const noUnlock =
  'Microsoft ends such a wait by itself after a while, and nobody can end it by hand. A password reset may help.'

/** Through Graph alone nothing on-premises can be written. */
function authorityOf({ sourceOfAuthority }: { readonly sourceOfAuthority: 'entra' | 'on-premises' }): Authority {
  if (sourceOfAuthority === 'entra') return { at: 'entra' }
  return { at: 'nowhere', code: 'no-connector', detail: 'mastered on-premises, and no agent is enrolled' }
}

function overGraph(graph: Graph, { mailFrom, clock, behavior, batches }: Surroundings): EntraSide {
  const user = async (id: UserId) => {
    const path = address(['users', id], { $select: userProperties })
    return toUser(await graph.read(path, graphUser, { title: 'GET /users/{id}' }))
  }

  return {
    user,
    onPremises: entraOnPremises(graph, behavior),

    async manager(id) {
      const path = address(['users', id, 'manager'], { $select: userProperties })
      try {
        const manager = await graph.read(path, graphManager, { title: 'GET /users/{id}/manager' })
        return manager === undefined ? undefined : toUser(manager)
      } catch (error) {
        if (!(error instanceof DirectoryError) || error.code !== 'not-found') throw error
        // 404 means "no manager" or "no such person": looking at the person tells which.
        await graph.read(address(['users', id], { $select: 'id' }), nothingSaid, { title: 'GET /users/{id}' })
        return undefined
      }
    },

    privilege: (id) => entraPrivilege(graph, id),

    async memberOf(id, groups) {
      const found = new Set<string>()
      for (let at = 0; at < groups.length; at += groupsPerCheck) {
        const answer = await graph.ask(
          address(['users', id, 'checkMemberGroups']),
          { groupIds: groups.slice(at, at + groupsPerCheck) },
          z.object({ value: z.array(groupId) }),
          { title: 'POST /users/{id}/checkMemberGroups' },
        )
        for (const group of answer.value) found.add(group)
      }
      return groups.filter((group) => found.has(group))
    },

    managers() {
      const path = address(['users'], { $select: 'id', $expand: 'manager($select=id)', $top: '999' })
      return graph.pages(path, managerLink, { title: 'GET /users?$expand=manager' })
    },

    findByAddress: (given) => findByAddress(graph, given),
    findPeople: (text, limit, options) => findPeople(graph, text, limit, options),
    directReports: (id, limit) => directReports(graph, id, limit),
    groupsOf: (id, limit) => groupsOf(graph, id, limit),
    directGroups: (id, limit) => directGroups(graph, id, limit),

    group: (id) => readGroup(graph, id),
    groups: (ids) => readGroups(graph, ids, batches),
    groupPrivilege: (id) => groupPrivilege(graph, id),
    groupWithin: (id, groups) => groupWithin(graph, id, groups),
    owners: (id, limit) => owners(graph, id, limit),
    members: (id, limit) => members(graph, id, limit),
    isMember: (group, id) => isMember(graph, group, id),
    addMember: (group, id) => addMember(graph, group, id, user),
    removeMember: (group, id) => removeMember(graph, group, id, user),

    presence: (id) => presence(graph, id, clock),

    photo: (id) => photo(graph, id),

    authority: async (id) => authorityOf(await user(id)),
    groupAuthority: async (id) => authorityOf(await readGroup(graph, id)),
    accountDoor: async (id) => {
      await user(id)
      return { at: 'entra' }
    },
    // Graph never shows an application whether a password must be changed.
    passwordState: async (id) => ({ changedAt: (await user(id)).passwordChangedAt, mustChange: undefined }),

    setPassword: (id, slot) => setEntraPassword(graph, id, slot, user),
    async unlockAccount() {
      throw new DirectoryError('protected', { sentence: noUnlock, detail: 'Entra ID has no unlock' })
    },

    issueAccessPass: (id, options) => issueAccessPass(graph, id, options, { read: user, clock }),
    accessPasses: (id) => accessPasses(graph, id),

    revokeSessions: (id) =>
      graph.write('POST', address(['users', id, 'revokeSignInSessions']), undefined, {
        title: 'POST /users/{id}/revokeSignInSessions',
      }),

    setAccountEnabled: (id, enabled) =>
      graph.write(
        'PATCH',
        address(['users', id]),
        { accountEnabled: enabled },
        { title: 'PATCH /users/{id} accountEnabled' },
      ),

    async installTeamsApp(id, teamsAppId) {
      const app = `${graph.endpoint}/v1.0${address(['appCatalogs', 'teamsApps', teamsAppId])}`
      const path = address(['users', id, 'teamwork', 'installedApps'])
      try {
        return await graph.write(
          'POST',
          path,
          { 'teamsApp@odata.bind': app },
          { title: `POST /users/{id}/teamwork/installedApps` },
        )
      } catch (error) {
        // 409: it is installed already, which is what was wanted.
        if (error instanceof DirectoryError && error.code === 'conflict') return { requestId: error.requestId }
        throw error
      }
    },

    async sendMail(mail) {
      if (mailFrom === undefined)
        throw new DirectoryError('refused', {
          sentence: sentences.refused,
          detail: 'sendMail: NOTICE_MAILBOX is not set, so there is no mailbox to send from',
        })
      const path = address(['users', mailFrom, 'sendMail'])
      return graph.write('POST', path, mailBody(mail), { title: 'POST /users/{NOTICE_MAILBOX}/sendMail' })
    },

    async probe() {
      await graph.read(address(['users'], { $select: 'id', $top: '1' }), nothingSaid, { title: 'GET /users?$top=1' })
    },
  }
}

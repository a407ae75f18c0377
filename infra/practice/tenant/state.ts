import type { X509Certificate } from 'node:crypto'
import type { Clock } from '../../../bot/clock.ts'
import type { Company } from '../company/company.ts'
import type { AccessPasses } from './access-passes.ts'
import type { Faults } from './faults.ts'
import type { Mailboxes } from './mailboxes.ts'
import type { Passwords } from './passwords.ts'
import type { Ring } from './ring.ts'
import type { SignIns } from './sign-ins.ts'
import type { TokenKeys } from './token-keys.ts'

/** An app registration and its service principal. */
export interface App {
  readonly clientId: string
  /** Object id of the service principal: `oid` in its tokens, and the principal of its roles. */
  readonly servicePrincipalId: string
  readonly certificate: X509Certificate
  /** Application permissions of Microsoft Graph in force now. */
  readonly permissions: Set<string>
}

/** Something that happened to the tenant. Never holds a password. */
export interface Change {
  /** ISO 8601. */
  readonly at: string
  readonly kind:
    | 'user'
    | 'password'
    | 'access-pass'
    | 'sessions'
    | 'group'
    | 'role'
    | 'mail'
    | 'teams-app'
    | 'fault'
    | 'permission'
  /** Object id, address or client id of what changed. */
  readonly id: string
  /** What of it: property names, or words. */
  readonly what: readonly string[]
  readonly by: 'graph' | 'control' | 'sign-in'
}

/** One answered (or cut) request: no query, token or body. */
export interface RequestRecord {
  readonly at: string
  readonly method: string
  readonly path: string
  /** 0 when the connection was cut. */
  readonly status: number
  readonly requestId: string
}

/** Teams apps installed for people, by `userId appId`. */
export interface Installation {
  readonly id: string
  readonly userId: string
  readonly teamsAppId: string
}

/** All that a tenant is, for its parts to share. */
export interface TenantState {
  /** `https://localhost:PORT`, of OAuth and Graph alike. */
  readonly url: string
  readonly tenantId: string
  readonly company: Company
  readonly clock: Clock
  /** The time in tokens: client libraries go by the machine's. */
  readonly tokenClock: Clock
  readonly apps: ReadonlyMap<string, App>
  readonly keys: TokenKeys
  readonly passwords: Passwords
  readonly signIns: SignIns
  readonly accessPasses: AccessPasses
  readonly mailboxes: Mailboxes
  readonly faults: Faults
  readonly requests: Ring<RequestRecord>
  readonly installations: Map<string, Installation>
  announce(change: Omit<Change, 'at'>): void
  teamsAppInstalled(userId: string): Promise<void>
}

import type { Controller } from '../ldap/domain.ts'

/** Commands that write, as the policy names them. */
export const policedOperations = [
  'reset-password',
  'unlock',
  'set-enabled',
  'add-member',
  'remove-member',
  'set-attributes',
  'create-user',
  'move',
] as const
export type PolicedOperation = (typeof policedOperations)[number]

/** An object as the policy looks at it. */
export interface Policed {
  readonly guid: string
  readonly dn: string
  readonly kind: 'user' | 'group' | 'unit'
}

/** An object as a command names it: where it lies is found out when it is looked at. */
export type Named = Pick<Policed, 'guid' | 'kind'>

/**
 * The agent's own law. The bot cannot change it and is not asked. What it refuses it throws as AgentError: `forbidden` with an alarm
 * `outside`, `forbidden` or `cap`; `protected` with an alarm `privileged`.
 */
export interface AgentPolicy {
  /** Operations that are allowed at all. */
  readonly operations: readonly PolicedOperation[]
  /** Bases that may be read, as DNs. */
  readonly readable: readonly string[]
  /** What new accounts may be called behind the @, in lower case, besides the domain's own name. */
  readonly upnSuffixes: readonly string[]
  /** Whether an object may be shown: it lies below a base that may be read. */
  mayRead(dn: string): boolean
  /** By its place alone, without a look at who it is: for showing to the bot beforehand. */
  writable(object: Policed): { readonly allowed: boolean; readonly because: string | null }
  /**
   * Just before a write, on the controller that will write: operation, place, neverTouch, privileged accounts and groups (live, nested
   * included). `more`: everything else the write concerns (the member, the unit). @throws AgentError
   */
  guard(controller: Controller, operation: PolicedOperation, target: Named, more?: readonly Named[]): Promise<void>
  /** Counts one write of this hour, on disk, before it is done. @throws AgentError forbidden (cap) */
  spend(operation: PolicedOperation): Promise<void>
}

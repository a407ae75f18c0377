import { type Permission, permissions } from '../directory/permissions.ts'
import type { Finding } from './finding.ts'
import { grantPermission, revokePermission } from './fixes.ts'

/** What is set up, for permissions that only some of it needs. */
export interface SetUp {
  readonly notices: boolean
  readonly teams: boolean
  /** Policy delivers Temporary Access Passes; undefined: nobody said, so their permission is as good there as not. */
  readonly 'access-pass'?: boolean | undefined
  /** There is a catalogue of what can be asked for; undefined as above. */
  readonly access?: boolean | undefined
  /** There is an agent beside Active Directory; undefined as above. */
  readonly 'on-premises'?: boolean | undefined
}

/** Compares the permissions in the token with the ones the operations need. */
export function checkPermissions(granted: readonly string[], setUp: SetUp, clientId: string): Finding[] {
  const has = new Set(granted)
  const needed = permissions.filter(({ onlyFor }) => onlyFor === undefined || setUp[onlyFor] !== false)
  const findings = needed.map((permission) =>
    permission.optional === true || (permission.onlyFor !== undefined && setUp[permission.onlyFor] === undefined)
      ? checkOptional(permission, has)
      : checkNeeded(permission, has, clientId),
  )
  const named = new Set(needed.map(({ name }) => name))
  for (const name of granted) if (!named.has(name)) findings.push(unneeded(name, needed, has))
  return findings
}

function checkNeeded(permission: Permission, has: ReadonlySet<string>, clientId: string): Finding {
  const { name, operations, without, broader } = permission
  if (has.has(name)) return { status: 'ok', what: name, why: operations.join('; ') }
  const instead = broader.find((one) => has.has(one))
  if (instead !== undefined) return { status: 'ok', what: name, why: `included in ${instead}, which gives more` }
  const exchange =
    name === 'Mail.Send'
      ? '\n(If Exchange RBAC for Applications grants Mail.Send on the notice mailbox alone, which is better, it does not show in the token: send a test notice and ignore this line.)'
      : ''
  return {
    status: 'missing',
    what: name,
    why: `to ${operations.join('; to ')}. Without it ${without}`,
    fix: `${grantPermission(name, clientId)}${exchange}`,
  }
}

const purposes = {
  notices: ', for notices by mail',
  teams: ', for Teams',
  'access-pass': ', for policies that deliver Temporary Access Passes',
  access: ', where access can be asked for (HELPBOT_CATALOGUE)',
  'on-premises': ', where an agent stands beside Active Directory',
} as const

/** Not an illness when it is missing, and not too much when it is there. */
function checkOptional({ name, onlyFor, operations, without, broader }: Permission, has: ReadonlySet<string>): Finding {
  const there = [name, ...broader].some((one) => has.has(one))
  const why = there ? operations.join('; ') : `not granted: ${without}`
  return { status: 'ok', what: name, why: `optional${onlyFor === undefined ? '' : purposes[onlyFor]}: ${why}` }
}

function unneeded(name: string, needed: readonly Permission[], has: ReadonlySet<string>): Finding {
  const covers = needed.filter((one) => one.broader.includes(name) && !has.has(one.name)).map((one) => one.name)
  const fix =
    covers.length === 0 ? revokePermission(name) : `grant ${covers.join(', ')} first; then ${revokePermission(name)}`
  return {
    status: 'unneeded',
    what: name,
    why: 'HelpBot does nothing that needs it; a thief of its certificate might',
    fix,
  }
}

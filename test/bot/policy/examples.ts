import { readFileSync } from 'node:fs'
import { tenantId, userId } from '../../../bot/identity/person.ts'
import type { Proof, ProofMethod } from '../../../bot/identity/proof.ts'
import type { DecisionRequest } from '../../../bot/policy/decide.ts'
import { loadPolicy, type Policy } from '../../../bot/policy/policy.ts'

export const defaultFile = new URL('../../../bot/policy/default.yaml', import.meta.url)
export const defaultText = readFileSync(defaultFile, 'utf8')
export const defaultPolicy: Policy = loadPolicy(defaultText, 'default.yaml')

export const company = tenantId.parse('0a0a0a0a-0000-4000-8000-000000000001')
export const otherCompany = tenantId.parse('0a0a0a0a-0000-4000-8000-000000000002')
export const mia = userId.parse('0b0b0b0b-0000-4000-8000-000000000001')
export const manager = userId.parse('0b0b0b0b-0000-4000-8000-000000000002')
export const stranger = userId.parse('0b0b0b0b-0000-4000-8000-000000000003')

export const noon = new Date('2026-03-02T12:00:00.000Z')

export function minutesAgo(minutes: number): Date {
  return new Date(noon.getTime() - minutes * 60_000)
}

/** A proof that Mia gave a minute ago, unless said otherwise. */
export function proof(method: ProofMethod, different: Partial<Proof> = {}): Proof {
  const confirmedBy = method === 'manager' ? { confirmedBy: manager } : {}
  const given = { tenant: company, person: mia, dialogId: 'dialog', at: minutesAgo(1), counts: true }
  return { id: `${method}-1`, method, ...given, ...confirmedBy, ...different }
}

type Parts = Partial<Omit<DecisionRequest, 'person' | 'target'>> & {
  person?: Partial<DecisionRequest['person']>
  target?: Partial<DecisionRequest['target']>
}

/** Mia, an employee without special rights, asks for a reset of her own password at noon with no proofs yet. */
export function request({ person, target, ...others }: Parts = {}): DecisionRequest {
  return {
    operation: 'reset-password',
    person: { id: mia, tenant: company, accountEnabled: true, guest: false, ...person },
    target: {
      id: mia,
      tenant: company,
      privileged: false,
      protectedBecause: [],
      sourceOfAuthority: 'entra',
      accountEnabled: true,
      guest: false,
      ...target,
    },
    relation: 'self',
    proofs: [],
    approvals: [],
    usage: { today: 0 },
    lockdown: 'open',
    now: noon,
    ...others,
  }
}

/** The default policy with something changed. */
export function policyWith(different: Partial<Policy>): Policy {
  return { ...defaultPolicy, ...different }
}

/** The default policy with one operation's rule changed. */
export function policyWithRule<Name extends keyof Policy['operations']>(
  name: Name,
  different: Partial<Policy['operations'][Name]>,
): Policy {
  const rule = { ...defaultPolicy.operations[name], ...different }
  return policyWith({ operations: { ...defaultPolicy.operations, [name]: rule } })
}

export function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null)
    for (const part of Object.values(Object.freeze(value))) deepFrozen(part)
  return value
}

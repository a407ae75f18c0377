import { AgentError } from '../agent-error.ts'
import type { Domain } from '../ldap/domain.ts'
import { isAtOrBelow, isBelow } from '../ldap/names.ts'
import { capsFile, countingCaps } from './caps.ts'
import { demandAllowed } from './guard.ts'
import type { AgentPolicy } from './policy.ts'
import type { AgentPolicySettings } from './schema.ts'

export { type AgentPolicySettings, agentPolicySchema } from './schema.ts'

/**
 * The law of an agent, from the part `policy` of its own file.
 * @param dependencies.dataFolder where writes are counted; see caps.ts
 * @param dependencies.facts of the domain, see Domain
 */
export function agentPolicy(
  settings: AgentPolicySettings,
  dependencies: {
    readonly dataFolder: string
    readonly clock: () => Date
    readonly facts: Domain['facts']
  },
): AgentPolicy {
  const { read: readable, write, operations, neverTouch, upnSuffixes, perHour } = settings

  return {
    operations,
    readable,
    upnSuffixes,

    mayRead: (dn) => readable.some((base) => isAtOrBelow(dn, base)),

    writable({ dn, kind }) {
      if (operations.length === 0) return { allowed: false, because: 'the agent’s policy allows no operation' }
      const within = kind === 'unit' ? isAtOrBelow : isBelow
      return write.some((base) => within(dn, base))
        ? { allowed: true, because: null }
        : { allowed: false, because: 'it lies below no unit that the agent’s policy lets be written' }
    },

    async guard(controller, operation, target, more = []) {
      if (!operations.includes(operation))
        throw new AgentError('forbidden', `policy.operations does not allow ${operation}`, { alarm: 'forbidden' })
      const { sid: domainSid } = await dependencies.facts()
      await demandAllowed(
        { controller, domainSid, readable, writable: write, neverTouch },
        operation,
        target.guid,
        more.map(({ guid }) => guid),
      )
    },

    spend: countingCaps(capsFile(dependencies.dataFolder), perHour, dependencies.clock),
  }
}

import type { Policy } from '../../policy/policy.ts'
import type { TimeRules } from './happened.ts'
import { workingTime } from './working-time.ts'

/** The times by which requests live, as the policy has them. */
export function timeRules({ access }: Policy): TimeRules {
  const { remindAfter, handOverAfter, workingDays: days, timeZone } = access
  return { remindAfter, handOverAfter, working: workingTime({ days, timeZone }) }
}

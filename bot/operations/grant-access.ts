import { changeMembership, groupOf, readMembership } from './membership.ts'
import type { Operation } from './operation.ts'

/** Makes somebody a direct member of a group. Whoever is one already stays one, and that is said. */
export const grantAccess: Operation = {
  name: 'grant-access',

  change: (request, before, tools) =>
    changeMembership('add-member', before, () => tools.directory.addMember(groupOf(request).id, request.target), tools),

  readBack: (request, _before, tools) => readMembership(request, true, tools),

  conclude(request, before, changed, read) {
    const person = before.displayName
    const group = groupOf(request).name
    const follows = before.groupOnPremises ? ({ follows: 'member' } as const) : {}
    if (read === 'as-wanted')
      return {
        state: 'done',
        sentence:
          changed.detail['was-member'] === 'yes'
            ? `${person} was in ${group} already, so I changed nothing.`
            : `${person} is in ${group} now.`,
        ...(changed.detail['was-member'] === 'yes' ? {} : follows),
      }
    if (changed.fate === 'accepted')
      return {
        state: 'unclear',
        sentence: `The directory accepted that ${person} is added to ${group}, but I cannot see it there yet: it may take a few minutes.`,
        ...follows,
      }
    if (changed.fate === 'refused' || (changed.fate === 'interrupted' && read === 'unchanged'))
      return { state: 'failed', sentence: `${person} was not added to ${group}. ${changed.sentence}` }
    return { state: 'unclear', sentence: `I do not know whether ${person} was added to ${group}. ${changed.sentence}` }
  },
}

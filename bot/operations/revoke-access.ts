import { changeMembership, groupOf, readMembership } from './membership.ts'
import type { Operation } from './operation.ts'

/** Ends somebody's direct membership of a group. Whoever is in it by way of another group stays in it by that way. */
export const revokeAccess: Operation = {
  name: 'revoke-access',

  change: (request, before, tools) =>
    changeMembership(
      'remove-member',
      before,
      () => tools.directory.removeMember(groupOf(request).id, request.target),
      tools,
    ),

  readBack: (request, _before, tools) => readMembership(request, false, tools),

  conclude(request, before, changed, read) {
    const person = before.displayName
    const group = groupOf(request).name
    const follows = before.groupOnPremises ? ({ follows: 'not-member' } as const) : {}
    if (read === 'as-wanted')
      return {
        state: 'done',
        sentence:
          changed.detail['was-member'] === 'yes'
            ? `${person} is not in ${group} any more.`
            : `${person} was not in ${group} any more, so there was nothing to take away.`,
        ...(changed.detail['was-member'] === 'yes' ? follows : {}),
      }
    if (changed.fate === 'accepted')
      return {
        state: 'unclear',
        sentence: `The directory accepted that ${person} is removed from ${group}, but I still see the membership: it may take a few minutes to go.`,
        ...follows,
      }
    if (changed.fate === 'refused' || (changed.fate === 'interrupted' && read === 'unchanged'))
      return { state: 'failed', sentence: `${person} was not removed from ${group}. ${changed.sentence}` }
    return {
      state: 'unclear',
      sentence: `I do not know whether ${person} was removed from ${group}. ${changed.sentence}`,
    }
  },
}

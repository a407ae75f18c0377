import { DirectoryError } from '../directory/directory-error.ts'
import { durations } from '../policy/duration.ts'
import type { Before } from './operation.ts'
import type { AccessChangeRequest, RunDependencies } from './steps.ts'
import { checkWarrant } from './warrant.ts'

/** From the leave to the change it is moments. After this time something came between, and what carries it is looked at once more. */
const leaveLasts = durations.minute

/**
 * Why a change of access that had leave is not to be made any more, in words for IT; undefined while it is. A crash lies between
 * the two as long as it likes: others may have given the operation up and done another one since, or its time may be over.
 */
export async function whyNotMade(
  dependencies: RunDependencies,
  request: AccessChangeRequest,
  before: Before,
): Promise<string | undefined> {
  const { database, clock, policy, catalogue, isIt } = dependencies
  const row = await database.selectFrom('operations').select('state').where('id', '=', request.id).executeTakeFirst()
  if (row?.state !== 'running') return 'it was given up meanwhile'
  if (clock().getTime() - Date.parse(before.startedAt) < leaveLasts) return undefined
  const directory = dependencies.directoryFor(request.correlationId)
  try {
    const { unwarranted, instead } = await checkWarrant(
      { database, policy, catalogue, clock, isIt, directory },
      request,
    )
    return instead?.detail ?? unwarranted
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error
    return `${error.code}: ${error.detail}`
  }
}

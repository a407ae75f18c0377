import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { UserId } from '../identity/person.ts'
import type { AccessPass, AccessPassState, DirectoryUser } from './directory.ts'
import { DirectoryError, type DirectoryErrorCode } from './directory-error.ts'
import { address } from './graph-address.ts'
import type { Graph } from './graph-client.ts'
import { GraphAnswerError } from './graph-errors.ts'
import { sentences } from './sentences.ts'

/** Bounds that Graph sets; the tenant's own policy may be narrower. */
const shortestMinutes = 10
const longestMinutes = 43_200

const moment = z.iso.datetime({ offset: true }).nullish()

/** learn.microsoft.com/graph/api/resources/temporaryaccesspassauthenticationmethod */
const method = z.object({
  id: z.string().min(1).max(100),
  createdDateTime: moment,
  isUsable: z.boolean().nullish(),
})
const newMethod = method.extend({
  temporaryAccessPass: z.string().min(1).max(256),
  startDateTime: moment,
  lifetimeInMinutes: z.number().int().positive().nullish(),
  methodUsabilityReason: z.string().nullish(),
})

const ourSentences = {
  policy:
    'Your company’s sign-in rules do not allow a Temporary Access Pass like that. IT can change the rules or help another way.',
  conflict:
    'There is a Temporary Access Pass for this account already, and no second one can be made. IT can remove it.',
  protected:
    'A guest account gets its sign-in from its own company, so no Temporary Access Pass can be made for it here.',
} as const

const methodsOf = (id: UserId) => address(['users', id, 'authentication', 'temporaryAccessPassMethods'])

/**
 * Makes a Temporary Access Pass (learn.microsoft.com/graph/api/authentication-post-temporaryaccesspassmethods). The
 * permission reaches administrators too: whoever calls has looked at privilege first.
 * @throws DirectoryError as `Directory.issueAccessPass` says
 */
export async function issueAccessPass(
  graph: Graph,
  id: UserId,
  options: { readonly lifetimeMinutes: number; readonly once: boolean },
  deps: { readonly read: (id: UserId) => Promise<DirectoryUser>; readonly clock: Clock },
): Promise<AccessPass> {
  const { lifetimeMinutes, once } = options
  const title = 'POST /users/{id}/authentication/temporaryAccessPassMethods'
  if (!Number.isInteger(lifetimeMinutes) || lifetimeMinutes < shortestMinutes || lifetimeMinutes > longestMinutes)
    throw new DirectoryError('policy', {
      sentence: ourSentences.policy,
      detail: `${title}: a lifetime of ${lifetimeMinutes} minutes is not between ${shortestMinutes} and ${longestMinutes}`,
    })
  try {
    const body = { lifetimeInMinutes: lifetimeMinutes, isUsableOnce: once }
    const { made, requestId } = await graph.create(methodsOf(id), body, newMethod, { title })
    // A pass can be made for people whom the policy leaves out. They could not sign in with it.
    if (made.methodUsabilityReason === 'DisabledByPolicy')
      throw new DirectoryError('policy', {
        sentence: ourSentences.policy,
        detail: `${title} → the pass was made but is DisabledByPolicy: the Temporary Access Pass policy leaves this person out`,
        requestId,
      })
    return {
      requestId,
      pass: made.temporaryAccessPass,
      passId: made.id,
      startsAt: date(made.startDateTime) ?? date(made.createdDateTime) ?? deps.clock(),
      lifetimeMinutes: made.lifetimeInMinutes ?? lifetimeMinutes,
    }
  } catch (error) {
    throw error instanceof GraphAnswerError ? await explain(graph, id, error, deps.read) : error
  }
}

/** The passes somebody has; the value of a pass is never among what comes. Graph takes no `$select` here. */
export async function accessPasses(graph: Graph, id: UserId): Promise<readonly AccessPassState[]> {
  const title = 'GET /users/{id}/authentication/temporaryAccessPassMethods'
  const { value } = await graph.read(methodsOf(id), z.object({ value: z.array(method).max(100) }), { title })
  return value.map((one) => ({
    id: one.id,
    createdAt: date(one.createdDateTime),
    usable: one.isUsable === true,
  }))
}

/**
 * Why a pass was refused. Graph documents no codes for these refusals, so looking tells: a guest, a pass in the way, or,
 * where we may look at passes and cannot make one, the tenant's policy.
 */
async function explain(
  graph: Graph,
  id: UserId,
  error: GraphAnswerError,
  read: (id: UserId) => Promise<DirectoryUser>,
): Promise<DirectoryError> {
  const lacksPermission = error.vendorCode === 'Authorization_RequestDenied'
  if ((error.status !== 400 && error.status !== 403) || lacksPermission) return error
  const { detail, requestId } = error
  const because = (code: DirectoryErrorCode, sentence: string) =>
    new DirectoryError(code, { sentence, detail, requestId, cause: error })
  try {
    if ((await read(id)).userType === 'Guest') return because('protected', ourSentences.protected)
    const passes = await accessPasses(graph, id)
    // As documented a new pass replaces an old one, so a pass that is there is in the way only where Graph says so.
    const inTheWay = /already|exist/i.test(error.vendorMessage) && passes.some(({ usable }) => usable)
    return inTheWay ? because('conflict', ourSentences.conflict) : because('policy', ourSentences.policy)
  } catch {
    // When the look fails too, the first error is the one that counts.
    return error.status === 403 ? because('refused', sentences.refused) : error
  }
}

function date(value: string | null | undefined): Date | undefined {
  return value == null ? undefined : new Date(value)
}

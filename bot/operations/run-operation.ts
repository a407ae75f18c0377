import { whatFollows } from '../sync/words.ts'
import { beginRow } from './begin-row.ts'
import { closedMeanwhile } from './closed-meanwhile.ts'
import { closeRow, endedAlready, endOperation } from './end.ts'
import type { ForIt, Operation, OperationRequest, OperationResult, OperationTools } from './operation.ts'
import { prepareAccess } from './prepare-access.ts'
import { prepareAccount } from './prepare-account.ts'
import { changesAccess, changesAccount, type RunDependencies, type Steps } from './steps.ts'
import { whyNotMade } from './still-to-be-made.ts'
import { operationTitle } from './titles.ts'

export type { Begun, Ended, Prepared, RunDependencies, Steps } from './steps.ts'

import { whoseChange } from './whose-change.ts'

/**
 * Decision, audit intent, change, read back, audit outcome: in this order, for every change of a directory. Facts are read live
 * here, whatever a conversation found earlier. What gives leave is the policy file, or the warrant of a change of access.
 */
export function operationSteps(dependencies: RunDependencies): Steps {
  const { database, clock } = dependencies
  /** Had leave here and now, and was not begun: that it is not to be made any more leaves nothing half-way. */
  const untried = new Set<string>()

  function operationNamed(name: string): Operation {
    const operation = dependencies.operations.find((one) => one.name === name)
    if (!operation) throw new Error(`there is no operation ${name}`)
    return operation
  }

  const toolsFor = ({ correlationId }: OperationRequest): OperationTools => ({
    directory: dependencies.directoryFor(correlationId),
    pause: dependencies.pause,
    now: clock,
  })

  return {
    async prepare(request) {
      // Refused before a crash is refused for good: what had been told then stays true.
      const already = (await beginRow(database, request, clock())) ? undefined : await endedAlready(database, request)
      if (already) return { verdict: 'stop', result: already }
      if (!changesAccess(request) && !changesAccount(request))
        throw new Error(`${request.name} cannot be asked for like this`)
      const prepared = changesAccess(request)
        ? await prepareAccess(dependencies, request)
        : await prepareAccount(dependencies, request)
      if (prepared.verdict === 'go') untried.add(request.id)
      return prepared
    },

    async change(request, before) {
      const first = untried.delete(request.id)
      if (!(await dependencies.mayChange()))
        return { fate: 'interrupted', sentence: interrupted, detail: { because: 'this replica was given up' } }
      const why = changesAccess(request) ? await whyNotMade(dependencies, request, before) : undefined
      if (why !== undefined)
        return { fate: 'interrupted', sentence: interrupted, detail: { because: why.slice(0, 500) } }
      // Last of all: between this look at what is in force and the write lies nothing but the way to the directory.
      const forbidden = await closedMeanwhile(dependencies, request, before)
      if (!forbidden) return await operationNamed(request.name).change(request, before, toolsFor(request))
      const detail = { because: forbidden.because }
      return { fate: 'interrupted', sentence: interrupted, detail, ...(first ? { forbidden } : {}) }
    },

    readBack: (request, before) => operationNamed(request.name).readBack(request, before, toolsFor(request)),

    async conclude(request, { before, otherMails, about }, changed, read) {
      const { forbidden } = changed
      if (forbidden) {
        const { state, sentence, code, because, tellIt } = forbidden
        const forIt: ForIt | undefined = tellIt
          ? { title: `Refused: ${operationTitle(request.name)}`, urgency: 'high' }
          : undefined
        const result: OperationResult = { state, sentence, at: clock().toISOString() }
        const detail = { refusal: code, because }
        return await endOperation(dependencies, request, result, { before, otherMails, detail, about, forIt })
      }
      const seen = await whoseChange(database, request, changed, read)
      const { forIt, follows, ...ended } = operationNamed(request.name).conclude(request, before, changed, seen)
      const promised = follows ? ` ${whatFollows(dependencies.policy.hybrid, request, follows)}` : ''
      const result: OperationResult = { ...ended, sentence: `${ended.sentence}${promised}`, at: clock().toISOString() }
      const detail = { ...changed.detail, fate: changed.fate, 'read-back': seen, ...(follows ? { follows } : {}) }
      return await endOperation(dependencies, request, result, { before, otherMails, detail, about, forIt, follows })
    },

    async broken(request, begun, mayBeMade) {
      const at = clock().toISOString()
      const forIt: ForIt = { title: `Broke off: ${operationTitle(request.name)}`, urgency: 'high' }
      const detail = { broken: 'see the log by correlation id' }
      if (begun || mayBeMade) {
        const result: OperationResult = { state: 'unclear', sentence: brokenLate, at }
        const { before, otherMails, about } = begun ?? { before: undefined, otherMails: [], about: undefined }
        return await endOperation(dependencies, request, result, { before, otherMails, detail, about, forIt })
      }
      const result: OperationResult = { state: 'failed', sentence: brokenEarly, at }
      try {
        return await endOperation(dependencies, request, result, { before: undefined, otherMails: [], detail, forIt })
      } catch {
        // The audit does not take the end of what never began: the row alone says so, and the person may try again.
        await closeRow(database, request, result)
        return result
      }
    },
  }
}

const interrupted = 'I was interrupted, and what it rested on did not hold any more when I could go on.'
const brokenEarly = 'Something went wrong on my side, and nothing was changed. Please try again.'
const brokenLate = 'Something went wrong on my side, and I do not know whether the change was made. IT has been told.'

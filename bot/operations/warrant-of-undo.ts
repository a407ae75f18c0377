import { listOfDialog } from '../identity/proofs.ts'
import { lockdownNow } from '../lockdown/in-force.ts'
import { settledProofs } from '../lockdown/settled-proofs.ts'
import { factsOf } from './facts.ts'
import type { Warrant } from './operation.ts'
import { runOut, stillTheirManager } from './prepare-account.ts'
import { relationOf } from './relation.ts'
import type { AccessChangeRequest } from './steps.ts'
import { cannotUndo, inverse, readMadeChange } from './undoing.ts'
import { decideFor, usage } from './usage.ts'
import type { Warranted, WarrantGround } from './warranted.ts'

/**
 * Whether somebody of IT may undo an operation now: it is one that can be undone, it is undone by its opposite for the same person,
 * and they have proved themselves in this very dialog, as the policy asks.
 * @throws DirectoryError: unknown is never "yes"
 */
export async function undoWarrant(
  ground: WarrantGround,
  request: AccessChangeRequest,
  warrant: Extract<Warrant, { by: 'undo' }>,
): Promise<Pick<Warranted, 'unwarranted' | 'instead' | 'proofs'>> {
  const no = (unwarranted: string) => ({ unwarranted, instead: undefined, proofs: [] })
  const { tenant, actor, target, dialogId, access } = request
  const made = await readMadeChange(ground.database, warrant.operation)
  if (!made || made.tenant !== tenant || made.target !== target)
    return no('it undoes no change of this person’s access')
  if (inverse[made.name] !== request.name) return no(`${request.name} does not undo ${made.name}`)
  const { group, warrant: first } = made.about
  if ((group?.id ?? null) !== (access.group?.id ?? null)) return no('it is about another group')
  if (first.grant !== warrant.grant || first.contract !== warrant.contract)
    return no('it names another grant or contract')
  if (actor === 'helpbot') return no('nobody undoes it')
  if (actor === target) return no('nobody undoes what concerns themselves')
  if (!(await ground.isIt({ tenant, id: actor }))) return no('whoever undoes it is not IT')
  const impossible = await cannotUndo(ground, made)
  const plain = (code: string, sentence: string, detail: string = sentence, tellIt = false) => ({
    ...no(detail),
    instead: { code, sentence, detail, tellIt },
  })
  if (impossible !== undefined) return plain('cannot-be-undone', impossible)

  const { database, directory, policy, clock } = ground
  const given = dialogId === null ? [] : await listOfDialog(database, dialogId, { tenant, id: actor })
  const [facts, relation, proofs, used, lockdown] = await Promise.all([
    factsOf(directory, policy, actor, target),
    relationOf(ground, 'undo-access', { tenant, id: actor }, target),
    stillTheirManager(directory, actor, given),
    usage(database, { id: request.id, name: 'undo-access', tenant, actor, target }, clock()),
    lockdownNow(database, tenant),
  ])
  const decision = decideFor(policy, {
    operation: 'undo-access',
    tenant,
    actor,
    target,
    facts,
    relation,
    proofs: await settledProofs(ground, lockdown, proofs),
    targetProofs: [],
    approvals: [],
    usage: used,
    lockdown,
    now: clock(),
  })
  if (decision.verdict === 'allow') return { unwarranted: undefined, instead: undefined, proofs: decision.proofsUsed }
  if (decision.verdict === 'refuse')
    return plain(decision.code, decision.sentence, [decision.detail, ...facts.because].join('; '), decision.tellIt)
  return plain(decision.verdict, decision.verdict === 'need-approval' ? notAlone : runOut)
}

const notAlone = 'The policy asks for an approval before this is undone, and I cannot ask for it here.'

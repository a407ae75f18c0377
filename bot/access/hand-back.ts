import { ifThere } from '../approvals/requests/transient.ts'
import type { Person } from '../identity/person.ts'
import { writePosts } from '../turns/outbox.ts'
import { contractOf } from './contracts.ts'
import { endGrant } from './end-grant.ts'
import { changeGrant, holdGrant, holdMembership, type KeptGrant, readGrant } from './grants.ts'
import type { AccessGround } from './ground.ts'
import { revokeRequest } from './operation-ids.ts'
import { runToItsEnd } from './run-to-its-end.ts'
import { mayBeThere } from './settle-grant.ts'
import { operationStands } from './step.ts'
import { leftAlone } from './take-back.ts'
import { nameOf } from './words.ts'

type HandedBack = { readonly ok: boolean; readonly sentence: string }

const notYours: HandedBack = { ok: false, sentence: 'There is nothing of that kind that you could give back.' }
const over: HandedBack = { ok: false, sentence: 'That has ended already.' }

/**
 * Gives something back at once: the person who has it may, and whoever asked for it, as long as they answer for them. What has not begun is ended without the
 * directory being asked; what stays for another reason (it was there before, it was granted twice) ends, and stays.
 */
export async function handBack(ground: AccessGround, grantId: string, by: Person): Promise<HandedBack> {
  const known = await readGrant(ground.database, grantId)
  const theirs = known && known.tenant === by.tenant && [known.person.id, known.requester.id].includes(by.id)
  if (!theirs || (by.id !== known.person.id && !(await answersFor(ground, by, known)))) return notYours
  const now = ground.clock()
  const step = await ground.database.transaction().execute(async (transaction) => {
    await holdMembership(transaction, known)
    const grant = await holdGrant(transaction, grantId)
    if (!grant || grant.state === 'ended' || grant.state === 'failed') return { done: over }
    const end = async (why: string, sentence: string): Promise<{ done: HandedBack }> => {
      const ending = { why: `${nameOf(by)} gave it back. ${why}`.trim(), left: true, at: now }
      await writePosts(transaction, await endGrant(ground, transaction, grant, ending), ground.clock)
      return { done: { ok: true, sentence } }
    }
    const revoke = revokeRequest(grant)
    if (grant.state === 'waiting') {
      if (!(await mayBeThere(transaction, grant))) return await end('', `${grant.title}: it will not begin.`)
      // It may just be beginning: the end follows as soon as that is over.
      await changeGrant(transaction, grantId, { endsAt: now, dueAt: now })
      return { done: { ok: true, sentence: `${grant.title}: it is being taken back.` } }
    }
    if (!(await operationStands(transaction, revoke.id))) {
      const left = await leftAlone(ground, transaction, grant, undefined)
      if (left !== undefined) return await end(left, `${grant.title}: given back. ${left}`)
    }
    return {
      run: {
        ...revoke,
        actor: by.id,
        why: `${by.name} gave it back`,
        ...(revoke.access && {
          access: { ...revoke.access, warrant: { by: 'handed-back', grant: grant.id, contract: null } as const },
        }),
      },
      title: grant.title,
    }
  })
  if ('done' in step) return step.done
  const { ended } = await runToItsEnd(ground, step.run)
  if (ended === 'still-running')
    return { ok: true, sentence: `${step.title}: it is being taken back, which takes longer than usual.` }
  if (ended.state === 'done') return { ok: true, sentence: `${step.title}: given back. The access is gone.` }
  return { ok: false, sentence: `${step.title}: it could not be given back just now. ${ended.sentence}` }
}

/** Whoever asked for somebody who reports to somebody else by now takes nothing from them any more. @throws DirectoryError */
async function answersFor({ database, directory }: AccessGround, by: Person, { person }: KeptGrant): Promise<boolean> {
  const contract = await contractOf(database, by.tenant, person.id)
  if (contract) return contract.sponsor.id === by.id
  const manager = await ifThere(directory.manager(person.id))
  return manager === undefined || manager.id === by.id
}

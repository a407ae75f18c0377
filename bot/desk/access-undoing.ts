import type { AccessDesk } from '../access/access-desk.ts'
import { undo, undoableOf } from '../access/undo.ts'
import type { UserId } from '../identity/person.ts'
import { inShort } from './access-whom.ts'
import type { Ground, Sitting } from './ground.ts'

const mostFound = 5
const mostOperations = 10

/** Undoing what was done to somebody's access: for IT, asked of the directory each time. */
export function undoing(
  ground: Ground,
  { person, dialogId }: Sitting,
): Pick<AccessDesk, 'isIt' | 'findAnybody' | 'undoable' | 'undo'> {
  return {
    isIt: () => ground.isIt(person),
    async findAnybody(text) {
      const wanted = text.trim().slice(0, 100)
      if (wanted === '' || !(await ground.isIt(person))) return []
      return (await ground.directory.findPeople(wanted, mostFound, { guests: true })).map(inShort)
    },
    async undoable(about: UserId) {
      if (!(await ground.isIt(person))) return []
      return await undoableOf(ground.access, { tenant: person.tenant, id: about }, mostOperations)
    },
    async undo(_id, operation) {
      if (!(await ground.isIt(person))) return { ok: false, sentence: 'Only IT can undo this.' }
      const result = await undo(ground.access, person, dialogId, operation)
      if (result === 'still-running')
        return { ok: false, sentence: 'This takes longer than usual. IT hears of it if it does not come to its end.' }
      return { ok: result.state === 'done', sentence: result.sentence }
    },
  }
}

import type { AccessDesk } from '../access/access-desk.ts'
import { accessClosed } from '../lockdown/access-closed.ts'
import { askingForAccess } from './access-asking.ts'
import { contracting } from './access-contracting.ts'
import { extending } from './access-extending.ts'
import { lookingUp } from './access-look-ups.ts'
import { owningAccess } from './access-own.ts'
import { undoing } from './access-undoing.ts'
import { askingFor } from './access-whom.ts'
import type { Ground, Sitting } from './ground.ts'

/** All that a dialog may know and start about access, bound to one person. */
export function accessing(ground: Ground, sitting: Sitting): AccessDesk {
  return {
    accessClosed: () => accessClosed(ground, sitting.person.tenant),
    ...askingFor(ground, sitting),
    ...askingForAccess(ground, sitting),
    ...owningAccess(ground, sitting),
    ...lookingUp(ground, sitting),
    ...extending(ground, sitting),
    ...contracting(ground, sitting),
    ...undoing(ground, sitting),
  }
}
